<?php
/** What the dashboard says of troubles and of alerts that do not arrive. */

use FreePBX\modules\Devicelock\Notices;

require __DIR__ . '/check.php';
require __DIR__ . '/../../dialplan/freepbx/devicelock/Notices.php';

final class Dashboard
{
	/** @var array<string, array> */
	public $shown = [];

	public function add_critical($module, $id, $title, $text)
	{
		$this->shown[$id] = ['critical', $text];
	}

	public function add_warning($module, $id, $title, $text)
	{
		// What its table holds.
		if (strlen($id) > 24 || strlen($title) > 255) {
			throw new RuntimeException("too long: $id $title");
		}
		$this->shown[$id] = ['warning', $text];
	}

	public function delete($module, $id)
	{
		unset($this->shown[$id]);
	}
}

function channel(?string $failingSince): array
{
	return ['channel' => 'email', 'target' => 'noc@example.com', 'failingSince' => $failingSince, 'error' => "535 <b>no\x1b[2J"];
}

function trouble(): array
{
	return ['title' => 'Asterisk is away', 'detail' => 'Registrations are not followed.'];
}

function told(array $troubles, array $channels, ?Dashboard $dashboard = null): Dashboard
{
	$dashboard = $dashboard ?? new Dashboard();
	notices($dashboard)->ofAlerts($troubles, $channels);
	return $dashboard;
}

function notices(Dashboard $dashboard): Notices
{
	return new Notices($dashboard, function (?array $ids): array { return []; });
}

check('a trouble of the service is shown', function () {
	same(['TROUBLE' => ['critical', 'Asterisk is away. Registrations are not followed.']], told([trouble()], [channel(null)])->shown);
});

check('a channel for alerts that fails is shown, and what its server said does no harm', function () {
	same(['ALERTS' => ['warning', 'email to noc@example.com: 535 &lt;b&gt;no\u{1b}[2J']], told([], [channel('2026-11-20T14:30:00.000Z')])->shown);
});

check('both go with their cause', function () {
	$dashboard = told([trouble()], [channel('2026-11-20T14:30:00.000Z')]);
	same(2, count($dashboard->shown));
	same([], told([], [channel(null)], $dashboard)->shown);
});

check('uninstalling takes them away too', function () {
	$dashboard = told([trouble()], [channel('2026-11-20T14:30:00.000Z')]);
	notices($dashboard)->removeAll();
	same([], $dashboard->shown);
});

check('an extension of any name has a notice of its own', function () {
	$names = ['1001', '10010000000000', 'reception-desk-berlin-1', 'reception-desk-berlin-2', '<b>' . str_repeat('x', 77)];
	$dashboard = new Dashboard();
	notices($dashboard)->ofViolations(array_map(function (string $name): array { return ['extension' => $name, 'registers' => 1, 'calls' => 0]; }, $names));
	same(5, count($dashboard->shown));
	same(true, isset($dashboard->shown['VIOLATION-1001']));
});
