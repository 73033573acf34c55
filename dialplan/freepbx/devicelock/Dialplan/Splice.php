<?php
/**
 * What Device Lock puts into FreePBX's dialplan while Apply Config writes it: the gate's contexts and where it asks, the
 * gate as the first line of the subroutines that calls pass, and a mark on calls to emergency routes. It never throws:
 * a fault of ours must not abort the administrator's Apply Config, and comes back as words for a critical notification.
 *
 *   Splice::apply($ext, Settings $settings): string[]
 *       $ext is FreePBX's dialplan object, after core has filled it: myDialplanHooks() returns 950. Each line of what
 *       comes back is one problem; none is good. The emergency routes are found in $ext itself.
 *
 * Either the whole gate is in place or nothing of it: a call must not be sent to a context that is not there.
 */

namespace FreePBX\modules\Devicelock\Dialplan;

require_once __DIR__ . '/Contexts.php';
require_once __DIR__ . '/Settings.php';

final class Splice
{
	/** Every call that somebody places passes here. */
	const FIRST = 'macro-user-callerid';

	/** And here by whatever way it reaches a trunk; each is there only where a route uses it. */
	const TRUNKS = ['macro-dialout-trunk', 'macro-dialout-enum', 'macro-dialout-dundi'];

	/** What every phone dials in: core's own context for what modules add. */
	const DIALS = 'from-internal-additional';

	const SAFE = '0-9A-Za-z*#+._';

	public static function apply($ext, Settings $settings): array
	{
		try {
			if ($ext->section_exists('device-lock')) {
				return [];
			}
			if (!$ext->section_exists(self::FIRST)) {
				return [self::FIRST . ' is not in the dialplan: Device Lock guards no call. Is the module core installed and enabled?'];
			}
			$contexts = Contexts::withEmergency(Contexts::read(), self::emergencyNumbers($ext, $settings));
			$contexts = Contexts::withFeatureCode($contexts, $settings->featureCode());
			$gate = self::gate();
			Contexts::add($ext, $contexts);
			$ext->addGlobal('DEVICELOCK_GATE', $settings->gate());
		} catch (\Throwable $fault) {
			return ['Device Lock guards no call: ' . $fault->getMessage()];
		}
		$problems = array_merge(self::mark($ext), self::featureCode($ext, $settings->featureCode()));
		foreach (array_merge([self::FIRST], self::TRUNKS) as $context) {
			try {
				if ($ext->section_exists($context)) {
					$ext->splice($context, 's', 0, new \extension($gate));
				}
			} catch (\Throwable $fault) {
				$problems[] = "Device Lock guards no call that passes $context: " . $fault->getMessage();
			}
		}
		return $problems;
	}

	/** Makes the feature code one that phones can dial. @return string[] problems */
	private static function featureCode($ext, string $code): array
	{
		if ($code === '') {
			return [];
		}
		try {
			$ext->addInclude(self::DIALS, Contexts::CODES);
		} catch (\Throwable $fault) {
			return ["Phones cannot dial the feature code $code of Device Lock: " . $fault->getMessage()];
		}
		foreach ($ext->_exts as $context => $extensions) {
			if (strpos((string) $context, 'app-') === 0 && isset($extensions[" $code "])) {
				return ["Phones cannot dial the feature code $code of Device Lock: it is that of [$context] already. Give feature-code in the section [enrolment] of its configuration another, then Apply Config."];
			}
		}
		return [];
	}

	/**
	 * The gate's line: it hands over the number that was dialled. A Macro (FreePBX 16) knows it; a Gosub (17) finds it
	 * where the subroutine was called, or, where that was a subroutine too, a step further.
	 */
	public static function gate(): string
	{
		$filtered = static function (string $what): string {
			return '${FILTER(' . self::SAFE . ',' . $what . ')}';
		};
		$first = $filtered('${STACK_PEEK(1,e,1)}');
		$second = $filtered('${STACK_PEEK(2,e,1)}');
		return 'Gosub(device-lock,s,1(${IF($[${LEN(${MACRO_EXTEN})} > 0]?' . $filtered('${MACRO_EXTEN}')
			. ':${IF($["' . $first . '" = "s"]?' . $second . ':' . $first . ')})}))';
	}

	/** The configured ones, and the fixed numbers of emergency routes: those are emergency numbers by whatever way. */
	private static function emergencyNumbers($ext, Settings $settings): array
	{
		$numbers = $settings->emergencyNumbers();
		foreach (self::emergencyExtensions($ext) as [, $extension]) {
			[$pattern] = explode('/', $extension);
			// FreePBX writes a number with # as a pattern.
			if (preg_match('/^_?([0-9*#+]+)$/D', $pattern, $found)) {
				$numbers[] = preg_match(Settings::NUMBER, $pattern) ? $pattern : $found[1];
			}
		}
		return array_values(array_unique($numbers));
	}

	/**
	 * The route says it is one only after the gate was passed: the call is marked before, with the number it is for. The
	 * bare pattern that core puts beside one for some callers alone is left as it is: others' calls go on from it in the
	 * next route, at the next priority.
	 */
	private static function mark($ext): array
	{
		$problems = [];
		foreach (self::emergencyExtensions($ext) as [$context, $extension]) {
			try {
				$ext->splice($context, $extension, 0, new \extension('Set(DEVICELOCK_EMERG=${EXTEN})'));
			} catch (\Throwable $fault) {
				$problems[] = "Device Lock could not mark the emergency calls to $extension in $context: add them to emergency-numbers in the section [gate] of its configuration. " . $fault->getMessage();
			}
		}
		return $problems;
	}

	/** @return array<array{string, string}> context and extension of each pattern of an emergency route */
	private static function emergencyExtensions($ext): array
	{
		$found = [];
		foreach ($ext->_exts as $context => $extensions) {
			if (strpos((string) $context, 'outrt-') !== 0) {
				continue;
			}
			foreach ($extensions as $extension => $lines) {
				foreach ($lines as $line) {
					if (preg_match('/^Set\(_{0,2}EMERGENCYROUTE="?YES"?\)$/i', (string) $line['cmd']->output())) {
						$found[] = [(string) $context, trim((string) $extension)];
						break;
					}
				}
			}
		}
		return $found;
	}
}
