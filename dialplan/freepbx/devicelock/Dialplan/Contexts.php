<?php
/**
 * The gate's own contexts, as the lines of device-lock.conf: the module writes the very text that a plain Asterisk
 * includes, and holds no second version of it. It reads just what that file is made of and refuses anything else.
 *
 *   Contexts::read(?string $file = null): array     context => list of [extension, label, command]; throws
 *   Contexts::parse(string $text): array            the same, of a text; throws
 *   Contexts::withEmergency(array $contexts, array $numbers): array
 *   Contexts::withFeatureCode(array $contexts, string $code): array
 *   Contexts::add($ext, array $contexts): void
 */

namespace FreePBX\modules\Devicelock\Dialplan;

final class Contexts
{
	const EMERGENCY = 'device-lock-emergency';
	const CODES = 'device-lock-codes';
	const ENROL = 'device-lock-enrol';

	/** The last of them is near the file's end: a file that is cut off must not guard half. */
	const NEEDED = ['device-lock', 'device-lock-ask', 'device-lock-deny', self::ENROL];

	/** The file's copy in the package, or the file itself in a checkout. */
	const PLACES = [__DIR__ . '/../device-lock.conf', __DIR__ . '/../../../device-lock.conf'];

	/** @throws \RuntimeException where the file cannot be read or is not as it should be */
	public static function read(?string $file = null): array
	{
		foreach ($file === null ? self::PLACES : [$file] as $place) {
			if (is_file($place) && is_readable($place)) {
				return self::parse((string) file_get_contents($place));
			}
		}
		throw new \RuntimeException('device-lock.conf is missing from the module devicelock, or cannot be read: install the module anew');
	}

	/** @throws \RuntimeException names the line that it does not understand */
	public static function parse(string $text): array
	{
		$contexts = [];
		$context = null;
		$extension = null;
		foreach (explode("\n", $text) as $index => $line) {
			$line = self::withoutComment($line);
			if ($line === '') {
				continue;
			}
			if (preg_match('/^\[([A-Za-z0-9_-]+)\]$/D', $line, $found)) {
				$context = $found[1];
				$extension = null;
				$contexts[$context] = $contexts[$context] ?? [];
			} elseif ($context !== null && preg_match('/^exten\s*=>\s*([^,\s]+),1(?:\(([\w-]+)\))?,(.+)$/D', $line, $found)) {
				$extension = $found[1];
				$contexts[$context][] = [$extension, $found[2], $found[3]];
			} elseif ($extension !== null && preg_match('/^same\s*=>\s*n(?:\(([\w-]+)\))?,(.+)$/D', $line, $found)) {
				$contexts[$context][] = [$extension, $found[1], $found[2]];
			} else {
				throw new \RuntimeException('device-lock.conf of the module devicelock is damaged at line ' . ($index + 1) . ': install the module anew');
			}
		}
		foreach (self::NEEDED as $context) {
			if (empty($contexts[$context])) {
				throw new \RuntimeException("device-lock.conf of the module devicelock has no [$context]: install the module anew");
			}
		}
		return $contexts;
	}

	/** The same contexts, with these emergency numbers for those of the file. */
	public static function withEmergency(array $contexts, array $numbers): array
	{
		$contexts[self::EMERGENCY] = [];
		foreach ($numbers as $number) {
			$contexts[self::EMERGENCY][] = [$number, '', 'NoOp()'];
		}
		return $contexts;
	}

	/** The same contexts, with this feature code for that of the file; "" is none. */
	public static function withFeatureCode(array $contexts, string $code): array
	{
		if ($code === '') {
			unset($contexts[self::CODES], $contexts[self::ENROL]);
			return $contexts;
		}
		$enrol = 'Goto(' . self::ENROL . ',s,1)';
		$contexts[self::CODES] = [
			[$code, '', $enrol],
			["_{$code}X.", '', 'Set(DL_CODE=${FILTER(0-9,${EXTEN:' . strlen($code) . ':16})})'],
			["_{$code}X.", '', $enrol],
		];
		return $contexts;
	}

	public static function add($ext, array $contexts): void
	{
		foreach ($contexts as $context => $lines) {
			if (method_exists($ext, 'addSectionNoCustom')) {
				// Or FreePBX would let [<context>-custom] add to it.
				$ext->addSectionNoCustom($context, true);
			}
			foreach ($lines as [$extension, $label, $command]) {
				$ext->add($context, $extension, $label, new \extension($command));
			}
		}
	}

	/** A comment begins at a semicolon that no backslash stands before. */
	private static function withoutComment(string $line): string
	{
		return trim((string) preg_replace('/(?<!\\\\);.*$/s', '', $line));
	}
}
