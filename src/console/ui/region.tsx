/** A part of the page that scrolls by itself, reached by the keyboard and named for those who hear the page. */
import type { ComponentChildren, Ref } from 'preact';

interface Props {
  readonly label: string;
  readonly tall?: boolean;
  readonly box?: Ref<HTMLElement>;
  readonly children: ComponentChildren;
}

export function Region({ label, tall = false, box = null, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard.
    <section class={tall ? 'scroll tall' : 'scroll'} tabIndex={0} aria-label={label} ref={box}>
      {children}
    </section>
  );
}
