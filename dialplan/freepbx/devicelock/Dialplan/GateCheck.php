<?php
/**
 * Whether the gate is really where Splice put it, as the running Asterisk shows it: the same context in another file, read
 * before FreePBX's own, silently displaces it. It only looks, and never throws.
 *
 *   GateCheck::examine(callable $show, string $etc = '/etc/asterisk'): string[]
 *       $show(string $command): string runs a command of Asterisk's console (AMI Command) and gives what it prints.
 *       Call it after a reload. Each line of what comes back is one problem, for a critical notification that goes away
 *       when none is left.
 */

namespace FreePBX\modules\Devicelock\Dialplan;

require_once __DIR__ . '/Splice.php';

final class GateCheck
{
	/** What FreePBX writes itself. */
	const WRITTEN = 'extensions_additional.conf';

	/** What may be read before that. */
	const SUSPECTS = ['extensions_override_freepbx.conf', 'extensions_custom.conf', 'globals_custom.conf', 'extensions.conf'];

	const LARGEST_FILE = 1048576;

	public static function examine(callable $show, string $etc = '/etc/asterisk'): array
	{
		try {
			if (self::firstLine(self::run($show, 'device-lock')) === null) {
				return ['The running dialplan has no gate of Device Lock: no call is guarded. Apply Config.'];
			}
			$problems = [];
			foreach (array_merge([Splice::FIRST], Splice::TRUNKS) as $context) {
				$first = self::firstLine(self::run($show, $context));
				// A trunk's subroutine is there only where a route uses it.
				if ($first === null ? $context === Splice::FIRST : strpos($first['command'], 'Gosub(device-lock,s,1(') !== 0) {
					$problems[] = self::displaced($context, $first['where'] ?? '', rtrim($etc, '/'));
				}
			}
			return $problems;
		} catch (\Throwable $fault) {
			return ['Device Lock could not see whether its gate is in the running dialplan: ' . $fault->getMessage()];
		}
	}

	/**
	 * Priority 1 of extension s in the output of "dialplan show s@context".
	 * @return array{command: string, where: string}|null where is the file as Asterisk names it, "" where it does not
	 */
	public static function firstLine(string $shown): ?array
	{
		$own = false;
		foreach (explode("\n", $shown) as $line) {
			$line = rtrim((string) preg_replace('/^Output: ?/', '', $line));
			if (preg_match("/^\s*'([^']*)'\s*=>\s*(.*)$/", $line, $found)) {
				$own = $found[1] === 's';
				$line = $found[2];
			}
			if ($own && preg_match('/^\s*(?:\[\w[^\]]*\]\s+)?1\.\s+(.*?)\s*(?:\[([^\]\[]*)\])?$/', $line, $found)) {
				return ['command' => $found[1], 'where' => preg_replace('/:\d+$/', '', $found[2] ?? '')];
			}
		}
		return null;
	}

	private static function run(callable $show, string $context): string
	{
		$shown = (string) $show("dialplan show s@$context");
		if (strpos($shown, 'no existence of') === false && strpos($shown, "[ Context '") === false) {
			throw new \RuntimeException("Asterisk did not answer what it has in $context");
		}
		return $shown;
	}

	private static function displaced(string $context, string $where, string $etc): string
	{
		if ($where === self::WRITTEN) {
			$why = 'A line of another module stands before it, or FreePBX was not told to write it.';
		} else {
			$files = self::filesOf($context, $where, $etc);
			$why = ($files === '' ? 'Something' : "$files has a [$context] of its own, which") . " displaces it. Take [$context] out there, or put this line first: exten => s,1," . Splice::gate();
		}
		return "Calls that pass $context are not guarded: the gate of Device Lock is not its first line. $why Then Apply Config.";
	}

	/** As Asterisk says it; where it does not, the files that could be meant. */
	private static function filesOf(string $context, string $where, string $etc): string
	{
		if (preg_match('/\.\w+$/D', $where)) {
			return $where[0] === '/' ? $where : "$etc/$where";
		}
		$files = [];
		foreach (self::SUSPECTS as $name) {
			if (self::defines("$etc/$name", $context)) {
				$files[] = "$etc/$name";
			}
		}
		return implode(' or ', $files);
	}

	private static function defines(string $file, string $context): bool
	{
		if (!is_file($file) || !is_readable($file) || filesize($file) > self::LARGEST_FILE) {
			return false;
		}
		return (bool) preg_match('/^\s*\[' . preg_quote($context, '/') . '\]/m', (string) file_get_contents($file));
	}
}
