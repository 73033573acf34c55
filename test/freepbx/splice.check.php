<?php
/** What the module puts into FreePBX's dialplan, and what it leaves alone. */

use FreePBX\modules\Devicelock\Dialplan\Contexts;
use FreePBX\modules\Devicelock\Dialplan\Settings;
use FreePBX\modules\Devicelock\Dialplan\Splice;

require __DIR__ . '/check.php';
require __DIR__ . '/stand-in.php';
require __DIR__ . '/../../dialplan/freepbx/devicelock/Dialplan/Splice.php';

const GATE = 'Gosub(device-lock,s,1(';

/** As core writes it, with the labels that others splice at. */
function core(): extensions
{
	$ext = extensions::of('
[macro-user-callerid]
exten => s,1,Set(TOUCH_MONITOR=${UNIQUEID})
 same => n,GotoIf($[${LEN(${AMPUSERCIDNAME})}]?report)
 same => n(report),NoOp()
 same => n(report2),GotoIf(1?continue)
 same => n(continue),Set(CALLERID(number)=${CALLERID(number):0:40})
[macro-dialout-trunk]
exten => s,1,Set(DIAL_TRUNK=${ARG1})
[from-internal-additional]
include => ext-local
');
	route($ext, 'outrt-1', ['911', '_9911', '_#911', '_77X', '555', '555/1001', '_1XX/_20X'], 'YES');
	route($ext, 'outrt-2', ['_9.', '_9.X/1001'], '');
	return $ext;
}

/** A pattern for one caller comes after the bare pattern, which has nothing but the first line. */
function route(extensions $ext, string $context, array $patterns, string $emergency): void
{
	foreach ($patterns as $pattern) {
		$ext->add($context, $pattern, '', new extension('Gosub(macro-user-callerid,s,1(LIMIT,EXTERNAL,))'));
		if (in_array("$pattern/1001", $patterns, true)) {
			continue;
		}
		$ext->add($context, $pattern, '', new ext_noop_trace('Calling Out Route'));
		if ($emergency !== '') {
			$ext->add($context, $pattern, '', new extension("Set(EMERGENCYROUTE=$emergency)"));
		}
		$ext->add($context, $pattern, '', new extension('Gosub(macro-dialout-trunk,s,1(1,${EXTEN},,off))'));
	}
}

function lines(extensions $ext, string $context, string $extension): array
{
	$lines = [];
	foreach ($ext->_exts[$context][" $extension "] ?? [] as $line) {
		$lines[] = $line['basetag'] . ($line['tag'] ? "({$line['tag']})" : '') . ',' . $line['cmd']->output();
	}
	return $lines;
}

function numbers(extensions $ext): array
{
	return array_map('trim', array_keys($ext->_exts['device-lock-emergency'] ?? []));
}

function settings(array $numbers = ['112'], string $featureCode = '*55'): Settings
{
	return Settings::fromService(['featureCode' => $featureCode, 'gate' => '192.0.2.5:4999', 'emergencyNumbers' => $numbers, 'whenUnavailable' => 'allow', 'refusal' => 'plain']);
}

check('the gate is the first line that every call passes, and no label moves', function () {
	$ext = core();
	same([], Splice::apply($ext, settings()));
	$lines = lines($ext, 'macro-user-callerid', 's');
	same('1,' . Splice::gate(), $lines[0]);
	same(['n,Set(TOUCH_MONITOR=${UNIQUEID})', 'n(report),NoOp()'], [$lines[1], $lines[3]]);
	same(6, count($lines));
});

check('a gate stands before each kind of trunk that is there, and none where there is none', function () {
	foreach (['trunk', 'enum', 'dundi'] as $kind) {
		$ext = core();
		unset($ext->_exts['macro-dialout-trunk']);
		$ext->add("macro-dialout-$kind", 's', '', new extension('Set(DIAL_TRUNK=${ARG1})'));
		same([], Splice::apply($ext, settings()));
		foreach (['trunk', 'enum', 'dundi'] as $one) {
			same($one === $kind, strpos(lines($ext, "macro-dialout-$one", 's')[0] ?? '', '1,' . GATE) === 0);
		}
	}
});

check('every pattern of an emergency route is marked, also one for some callers alone; no other route is', function () {
	$ext = core();
	Splice::apply($ext, settings());
	$marked = [];
	foreach (['outrt-1', 'outrt-2'] as $context) {
		foreach (array_keys($ext->_exts[$context]) as $extension) {
			$first = lines($ext, $context, trim($extension))[0];
			if ($first === '1,Set(DEVICELOCK_EMERG=${EXTEN})') {
				$marked[] = trim($extension);
			}
		}
	}
	same(['911', '_9911', '_#911', '_77X', '555/1001', '_1XX/_20X'], $marked);
	same(['1,Gosub(macro-user-callerid,s,1(LIMIT,EXTERNAL,))'], lines($ext, 'outrt-1', '555'));
});

check('what always passes is what is configured and the fixed numbers of emergency routes', function () {
	$ext = core();
	Splice::apply($ext, settings(['112', '_[1-3]18', '911']));
	same(['112', '_[1-3]18', '911', '_9911', '_#911', '555'], numbers($ext));
});

check('a FreePBX without routes and an empty list of numbers is guarded all the same', function () {
	$ext = extensions::of("[macro-user-callerid]\nexten => s,1,NoOp()\n");
	same([], Splice::apply($ext, settings([])));
	same([], numbers($ext));
	says('1,' . GATE, lines($ext, 'macro-user-callerid', 's'));
});

check('the gate in FreePBX is, line for line, the gate of a plain Asterisk', function () {
	$ext = core();
	Splice::apply($ext, settings());
	$file = (string) file_get_contents(__DIR__ . '/../../dialplan/device-lock.conf');
	$contexts = Contexts::parse($file);
	$written = Contexts::parse(preg_replace(
		['/^(?:exten => |include).*-custom$/m', '/^exten => ([^,]+),n/m'],
		['', 'same => n'],
		substr($ext->generateConf(), strpos($ext->generateConf(), '[device-lock-emergency]'))
	));
	unset($contexts['device-lock-emergency'], $written['device-lock-emergency']);
	same($contexts, $written);
	same(preg_match_all('/^\s*(exten|same)\s*=>/m', $file), array_sum(array_map('count', $contexts)) + 3);
});

check('the line that the lab has in its place is the same', function () {
	$lab = extensions::of((string) file_get_contents(__DIR__ . '/../lab/etc/extensions.conf'));
	foreach (['macro-user-callerid', 'macro-dialout-trunk'] as $context) {
		same('1,' . Splice::gate(), lines($lab, $context, 's')[0]);
	}
});

check('the dialplan asks where the service says', function () {
	$ext = core();
	Splice::apply($ext, settings());
	says("DEVICELOCK_GATE = 192.0.2.5:4999\n", [$ext->generateConf()]);
});

check('applied twice is applied once', function () {
	$ext = core();
	Splice::apply($ext, settings());
	$before = $ext->generateConf();
	same([], Splice::apply($ext, settings()));
	same($before, $ext->generateConf());
});

check('without the place where every call passes, it says so and touches nothing', function () {
	$ext = core();
	unset($ext->_exts['macro-user-callerid']);
	$before = $ext->generateConf();
	says('macro-user-callerid is not in the dialplan', Splice::apply($ext, settings()));
	same($before, $ext->generateConf());
});

check('a subroutine without its extension is a problem that names it, and stops nothing else', function () {
	$ext = core();
	unset($ext->_exts['macro-dialout-trunk'][' s ']);
	$ext->_exts['macro-dialout-enum'] = core()->_exts['macro-dialout-trunk'];
	$problems = Splice::apply($ext, settings());
	same(1, count($problems));
	says('macro-dialout-trunk', $problems);
	says('1,' . GATE, lines($ext, 'macro-user-callerid', 's'));
	says('1,' . GATE, lines($ext, 'macro-dialout-enum', 's'));
});

check('a dialplan object it does not understand is a problem, never a thrown fault, and no call is sent astray', function () {
	foreach ([new stdClass(), null, new class { public function section_exists() { return $this->gone; } }] as $odd) {
		says('guards no call', Splice::apply($odd, settings()));
	}
	$ext = new class extends extensions {
		public function addSectionNoCustom($section, $setting) { throw new Error('no such thing'); }
	};
	$ext->_exts = core()->_exts;
	says('no such thing', Splice::apply($ext, settings()));
	same('1,Set(TOUCH_MONITOR=${UNIQUEID})', lines($ext, 'macro-user-callerid', 's')[0]);
});

check('a gate file that is cut off or damaged is refused, with its line', function () {
	$file = (string) file_get_contents(__DIR__ . '/../../dialplan/device-lock.conf');
	throws('damaged at line 2', function () { Contexts::parse("[device-lock]\nexten = s,1,NoOp()"); });
	throws('damaged at line 1', function () { Contexts::parse('exten => s,1,NoOp()'); });
	throws('damaged at line 2', function () { Contexts::parse("[device-lock]\n same => n,NoOp()"); });
	foreach (['device-lock', 'device-lock-ask', 'device-lock-deny', 'device-lock-enrol'] as $next) {
		$cut = substr($file, 0, (int) strpos($file, "[$next]\n"));
		throws("has no [$next]", function () use ($cut) { Contexts::parse($cut); });
	}
	throws('missing from the module', function () { Contexts::read(__DIR__ . '/nowhere.conf'); });
});

check('whatever happens to the gate file, it is refused or every line of it is whole', function () {
	$file = (string) file_get_contents(__DIR__ . '/../../dialplan/device-lock.conf');
	mt_srand(20240829);
	for ($n = 0; $n < 200; $n++) {
		$at = mt_rand(0, strlen($file) - 1);
		$damaged = substr_replace($file, [chr(mt_rand(0, 255)), "\n", '', '[', "\r\n", ';'][$n % 6], $at, mt_rand(0, 40));
		try {
			$contexts = Contexts::parse($damaged);
		} catch (RuntimeException $refused) {
			continue;
		}
		foreach (array_merge(...array_values($contexts)) as [$extension, $label, $command]) {
			same(1, preg_match('/^[^,\s]+$/D', $extension));
			same(1, preg_match('/^[\w-]*$/D', $label));
			same(1, preg_match('/^[^\n]+$/D', $command));
		}
	}
});

check('the feature code is one that phones dial, also with the digits right behind it; none where it is empty', function () {
	$ext = core();
	same([], Splice::apply($ext, settings(['112'], '#123')));
	same(['1,Goto(device-lock-enrol,s,1)'], lines($ext, 'device-lock-codes', '#123'));
	says('1,Set(DL_CODE=${FILTER(0-9,${EXTEN:4:16})})', lines($ext, 'device-lock-codes', '_#123X.'));
	says("include => ext-local\ninclude => device-lock-codes\n", [$ext->generateConf()]);
	$ext = core();
	same([], Splice::apply($ext, settings(['112'], '')));
	same(false, strpos($ext->generateConf(), 'device-lock-codes'));
	same(false, $ext->section_exists('device-lock-enrol'));
});

check('a feature code that another application has is a problem that names it, and the gate stands', function () {
	$ext = core();
	$ext->add('app-other', '*55', '', new extension('Answer'));
	says('it is that of [app-other] already', Splice::apply($ext, settings()));
	says('1,' . GATE, lines($ext, 'macro-user-callerid', 's'));
	$ext = new class extends extensions {
		public function addInclude($section, $included) { throw new Error('no includes here'); }
	};
	$ext->_exts = core()->_exts;
	says('no includes here', Splice::apply($ext, settings()));
	says('1,' . GATE, lines($ext, 'macro-user-callerid', 's'));
});

check('a semicolon that is escaped is no comment', function () {
	$rest = "\n[device-lock-ask]\nexten => s,1,NoOp()\n[device-lock-deny]\nexten => s,1,NoOp()\n[device-lock-enrol]\nexten => s,1,NoOp()";
	$contexts = Contexts::parse('[device-lock] ; why' . "\n" . 'exten => s,1(here),Set(A=${CUT(B,\;,1)}) ; why' . $rest);
	same([['s', 'here', 'Set(A=${CUT(B,\;,1)})']], $contexts['device-lock']);
});
