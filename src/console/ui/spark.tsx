/** Violations a day as small bars, with the same in words. */
export function Spark({ days }: { readonly days: readonly number[] }) {
  const most = Math.max(1, ...days);
  const total = days.reduce((sum, day) => sum + day, 0);
  if (total === 0) return null;
  return (
    <svg
      class="spark"
      width={days.length * 8}
      height={18}
      role="img"
      aria-label={`${total} violations in ${days.length} days`}
    >
      {days.map((count, index) => {
        const height = count === 0 ? 1 : 3 + (15 * count) / most;
        return (
          <rect class={count === 0 ? 'none' : ''} x={index * 8} y={18 - height} width={6} height={height} />
        );
      })}
    </svg>
  );
}
