/** A label, what it labels, a line of help, and what is wrong with it. */
import { type ComponentChildren, cloneElement, type VNode } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly help?: ComponentChildren;
  readonly problem?: ComponentChildren;
  readonly children: VNode<Record<string, unknown>>;
}

export function Field({ label, help, problem, children }: Props) {
  const id = useId();
  const about = help === undefined && problem === undefined ? undefined : `${id}-about`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {cloneElement(children, {
        id,
        'aria-describedby': about,
        'aria-invalid': problem === undefined ? undefined : true,
      })}
      <div id={`${id}-about`}>
        {problem !== undefined && <div class="problem">{problem}</div>}
        {help !== undefined && <div class="help">{help}</div>}
      </div>
    </div>
  );
}
