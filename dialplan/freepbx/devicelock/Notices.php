<?php
/**
 * What FreePBX's dashboard says of Device Lock: the gate, the service, extensions in violation. Each notice goes when its
 * cause has gone. No text of a SIP message ever stands in one.
 */

namespace FreePBX\modules\Devicelock;

require_once __DIR__ . '/Text.php';

final class Notices
{
	const MODULE = 'devicelock';
	const LINK = '?display=devicelock';

	/** Extensions with a notice of their own; the rest share one. */
	const MOST = 20;

	/** @var object FreePBX's Notifications */
	private $notifications;

	/** @var callable(?array): array the ids of violations that were announced; an array is kept */
	private $announced;

	public function __construct($notifications, callable $announced)
	{
		$this->notifications = $notifications;
		$this->announced = $announced;
	}

	/** @param string[] $problems the gate is not whole; @param string[] $warnings it is, but not as configured */
	public function ofDialplan(array $problems, array $warnings): void
	{
		$this->set('critical', 'SPLICE', 'Device Lock: calls are not guarded', $problems);
		$this->set('warning', 'SETTINGS', 'Device Lock: written with older settings', $warnings);
	}

	/** @param string[] $problems */
	public function ofGate(array $problems): void
	{
		$this->set('critical', 'GATE', 'Device Lock: the gate is not the first line of the dialplan', $problems);
	}

	/** "" where the service answers. */
	public function ofService(string $problem): void
	{
		$this->set('critical', 'SERVICE', 'Device Lock: the service does not answer', $problem === '' ? [] : [$problem]);
	}

	/** @param array[] $open violations as the API shows them */
	public function ofViolations(array $open): void
	{
		$byExtension = [];
		foreach ($open as $violation) {
			$byExtension[(string) ($violation['extension'] ?? '')][] = $violation;
		}
		ksort($byExtension, SORT_NATURAL);
		$now = [];
		foreach (array_slice($byExtension, 0, self::MOST, true) as $extension => $violations) {
			$id = self::idOf((string) $extension);
			$now[] = $id;
			$this->set('warning', $id, sprintf('Device Lock: extension %s is used by another device', Text::html($extension)), [self::words($violations)]);
		}
		$more = count($byExtension) - count($now);
		$this->set('warning', 'VIOLATIONS-MORE', "Device Lock: $more more extensions are used by other devices", $more > 0 ? ['See the page Device Lock.'] : []);
		foreach (array_diff(($this->announced)(null), $now) as $gone) {
			$this->notifications->delete(self::MODULE, $gone);
		}
		($this->announced)($now);
	}

	/**
	 * @param array[] $troubles of the service itself, as the API shows them
	 * @param array[] $channels by which people are told of things
	 */
	public function ofAlerts(array $troubles, array $channels): void
	{
		$this->set('critical', 'TROUBLE', 'Device Lock: something that it stands on fails', array_map(static function (array $trouble): string {
			return Text::plain(($trouble['title'] ?? '') . '. ' . ($trouble['detail'] ?? ''));
		}, array_slice($troubles, 0, self::MOST)));
		$failing = array_filter($channels, static function (array $channel): bool {
			return ($channel['failingSince'] ?? null) !== null;
		});
		$this->set('warning', 'ALERTS', 'Device Lock: its alerts do not arrive', array_map(static function (array $channel): string {
			return Text::plain(sprintf('%s to %s: %s', $channel['channel'] ?? '', $channel['target'] ?? '', $channel['error'] ?? ''));
		}, array_values($failing)));
	}

	public function removeAll(): void
	{
		$fixed = ['SPLICE', 'SETTINGS', 'GATE', 'SERVICE', 'VIOLATIONS-MORE', 'TROUBLE', 'ALERTS'];
		foreach (array_merge($fixed, ($this->announced)(null)) as $id) {
			$this->notifications->delete(self::MODULE, $id);
		}
	}

	/** FreePBX keeps 24 characters of an id, and fails at the second notice whose beginning is the same. */
	private static function idOf(string $extension): string
	{
		$isShort = preg_match('/^[A-Za-z0-9_.-]{1,14}$/D', $extension);
		return 'VIOLATION-' . ($isShort ? $extension : substr(sha1($extension), 0, 14));
	}

	private static function words(array $violations): string
	{
		$calls = array_sum(array_column($violations, 'calls'));
		$registers = array_sum(array_column($violations, 'registers'));
		$from = array_unique(array_filter(array_column($violations, 'address')));
		$words = sprintf('%d registrations and %d calls of a device that its lock does not accept', $registers, $calls);
		return $words . ($from === [] ? '.' : ', from ' . Text::plain(implode(', ', array_slice($from, 0, 3))) . '.');
	}

	/** @param string[] $lines */
	private function set(string $level, string $id, string $title, array $lines): void
	{
		if ($lines === []) {
			$this->notifications->delete(self::MODULE, $id);
			return;
		}
		$text = implode("\n", array_map(static function (string $line): string {
			return htmlspecialchars($line, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
		}, $lines));
		$add = $level === 'critical' ? 'add_critical' : 'add_warning';
		// It stays dismissed until its text changes, and is ours to delete.
		$this->notifications->$add(self::MODULE, $id, $title, $text, self::LINK, false, true);
	}
}
