<?php
/** What the module takes from the service, and what it does without it. */

use FreePBX\modules\Devicelock\Dialplan\Settings;

require __DIR__ . '/check.php';
require __DIR__ . '/../../dialplan/freepbx/devicelock/Dialplan/Settings.php';

const GOOD = ['gate' => '127.0.0.1:4580', 'emergencyNumbers' => ['911', '_9X11', '*1#'], 'whenUnavailable' => 'deny', 'refusal' => 'plain'];

function down(): callable
{
	return function () { throw new RuntimeException('nobody listens'); };
}

check('an answer of the service is taken, and kept for worse days', function () {
	$problems = [];
	$settings = Settings::latest(function () { return GOOD; }, null, $problems);
	same([], $problems);
	same(['127.0.0.1:4580', ['911', '_9X11', '*1#'], 'deny', 'plain'], [$settings->gate(), $settings->emergencyNumbers(), $settings->whenUnavailable(), $settings->refusal()]);
	$later = Settings::latest(down(), $settings->toStored(), $problems);
	same($settings->toStored(), $later->toStored());
	says('nobody listens', $problems);
	says('last ones known', $problems);
});

check('without the service and anything kept, the defaults hold and it is said', function () {
	foreach ([null, '', 'damaged', '{"gate":"x"}'] as $stored) {
		$problems = [];
		same(Settings::defaults()->toStored(), Settings::latest(down(), $stored, $problems)->toStored());
		same(1, count($problems));
		says('the defaults', $problems);
	}
});

check('the defaults are the emergency numbers of the plain gate', function () {
	preg_match_all('/^exten => (\d+),1,NoOp\(\)$/m', (string) file_get_contents(__DIR__ . '/../../dialplan/device-lock.conf'), $found);
	same($found[1], Settings::defaults()->emergencyNumbers());
});

check('nothing that would not be safe in a dialplan is taken', function () {
	foreach (['', 'here', 'gate.example:4580', 'localhost:4580', '192.0.2.5', '192.0.2.5:0', '192.0.2.5:65536', "192.0.2.5:1\n", '192.0.2.555:1', '1.2.3:1', 'a b:1', 'a,System(id):1', '${SHELL(id)}:1', '"a":1', '[::1:4580', '-x:1', 'a:1:2'] as $gate) {
		throws('gate', function () use ($gate) { Settings::fromService(['gate' => $gate] + GOOD); });
	}
	foreach (['', 'x', '9.', '_.', '_9.', '_9!', '_', "911\n", '9,1', '${X}', '_[1', str_repeat('1', 33), 911, null, ['911']] as $number) {
		throws('emergencyNumbers', function () use ($number) { Settings::fromService(['emergencyNumbers' => ['112', $number]] + GOOD); });
	}
	throws('emergencyNumbers', function () { Settings::fromService(['emergencyNumbers' => array_fill(0, 101, '911')] + GOOD); });
	throws('whenUnavailable', function () { Settings::fromService(['whenUnavailable' => 'perhaps'] + GOOD); });
	foreach (['5', '55', '*', '*5X', '*55,1', '*123456789', "*55\n", null, 55] as $code) {
		throws('featureCode', function () use ($code) { Settings::fromService(['featureCode' => $code ?? []] + GOOD); });
	}
	throws('refusal', function () { Settings::fromService(['refusal' => 1] + GOOD); });
	throws('gate', function () { Settings::fromService([]); });
});

check('an older service, and what it gave, has the default feature code; the service may have none', function () {
	same('*55', Settings::fromService(GOOD)->featureCode());
	same('', Settings::fromService(['featureCode' => ''] + GOOD)->featureCode());
	same('#12*', Settings::fromService((array) json_decode(Settings::fromService(['featureCode' => '#12*'] + GOOD)->toStored(), true))->featureCode());
});

check('a gate is taken by either kind of address', function () {
	foreach (['192.0.2.5:1', '[2001:db8::5]:65535'] as $gate) {
		same($gate, Settings::fromService(['gate' => $gate] + GOOD)->gate());
	}
});
