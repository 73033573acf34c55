<?php
/** Whether the module sees that its gate is in force, from what Asterisk's console prints. */

use FreePBX\modules\Devicelock\Dialplan\GateCheck;

require __DIR__ . '/check.php';
require __DIR__ . '/../../dialplan/freepbx/devicelock/Dialplan/GateCheck.php';

const CALLS = 'Gosub(device-lock,s,1(${IF($[${LEN(${MACRO_EXTEN})} > 0]?1:2)}))';

/** As Asterisk prints it: the command cut to no length, the file after it, a label before the number. */
function shown(string $context, string $first, string $from = 'extensions_additional.conf:91'): string
{
	$line = str_pad("1. $first", 45);
	return "[ Context '$context' created by 'pbx_config' ]\n  's' =>            $line [$from]\n"
		. "     [report]       2. Set(A=\${CUT(B,[1],2)})                       [$from]\n"
		. "  Include =>        '$context-custom'                                [pbx_config]\n\n-= 1 extension (2 priorities) in 1 context. =-\n";
}

/** A console on which these contexts are as they are shown; the rest is as it should be, and there is no ENUM or DUNDi. */
function console(array $shown = []): callable
{
	$shown += [
		'device-lock' => shown('device-lock', 'Set(LOCAL(DL_DIGITS)=${FILTER(0-9*#+,${ARG1:0:64})})'),
		'macro-user-callerid' => shown('macro-user-callerid', CALLS),
		'macro-dialout-trunk' => shown('macro-dialout-trunk', CALLS),
	];
	return function (string $command) use ($shown): string {
		$context = substr($command, strlen('dialplan show s@'));
		return $shown[$context] ?? "There is no existence of '$context' context\nCommand '$command' failed.\n";
	};
}

function folder(array $files): string
{
	$folder = __DIR__ . '/etc-' . bin2hex(random_bytes(4));
	mkdir($folder);
	foreach ($files as $name => $text) {
		file_put_contents("$folder/$name", $text);
	}
	return $folder;
}

check('nothing is said where the gate is the first line', function () {
	same([], GateCheck::examine(console(), folder([])));
});

check('a context that displaces the gate is named with its file, for every call and for a trunk', function () {
	foreach (['macro-user-callerid', 'macro-dialout-trunk'] as $context) {
		$problems = GateCheck::examine(console([$context => shown($context, 'NoOp()', 'extensions_override_freepbx.conf:3')]), '/etc/asterisk/');
		same(1, count($problems));
		says("/etc/asterisk/extensions_override_freepbx.conf has a [$context]", $problems);
		says('exten => s,1,Gosub(device-lock,s,1(', $problems);
	}
	says(' /else/mine.conf has', GateCheck::examine(console(['macro-user-callerid' => shown('macro-user-callerid', 'NoOp()', '/else/mine.conf:7')]), '/etc/asterisk'));
});

check('where Asterisk does not say the file, the files that have the context are named', function () {
	$silent = console(['macro-user-callerid' => shown('macro-user-callerid', 'NoOp()', 'pbx_config')]);
	$etc = folder(['extensions_override_freepbx.conf' => "; mine\n [macro-user-callerid]\nexten => s,1,NoOp()\n", 'extensions_custom.conf' => ";[macro-user-callerid]\n"]);
	$problems = GateCheck::examine($silent, $etc);
	says("$etc/extensions_override_freepbx.conf has a [macro-user-callerid]", $problems);
	same(false, strpos($problems[0], 'extensions_custom.conf'));
	says('Something displaces it', GateCheck::examine($silent, '/nowhere'));
});

check('a line that another module put before the gate is not blamed on a file', function () {
	$problems = GateCheck::examine(console(['macro-user-callerid' => shown('macro-user-callerid', 'NoOp()')]), folder([]));
	says('another module stands before it', $problems);
});

check('a dialplan without the gate, or without the place for it, is a problem', function () {
	$none = "There is no existence of 'x' context\n";
	says('no gate', GateCheck::examine(console(['device-lock' => $none]), folder([])));
	says('macro-user-callerid', GateCheck::examine(console(['macro-user-callerid' => $none]), folder([])));
});

check('a console that does not answer is a problem, and never a thrown fault', function () {
	says('did not answer', GateCheck::examine(function () { return ''; }, folder([])));
	says('AMI is away', GateCheck::examine(function () { throw new Exception('AMI is away'); }, folder([])));
});

check('the first line is read with and without a label, a file, and the prefix of AMI', function () {
	foreach (['', 'Output: '] as $prefix) {
		$text = $prefix . "[ Context 'a' created by 'pbx_config' ]\r\n$prefix  '_X' =>            1. NoOp(x)      [x.conf:1]\r\n"
			. "$prefix  's' =>  [begin]   1. Goto(a,b,1)     [my.conf:12]\r\n$prefix         2. NoOp()    [my.conf:13]\r\n";
		same(['command' => 'Goto(a,b,1)', 'where' => 'my.conf'], GateCheck::firstLine($text));
	}
	same(['command' => 'NoOp()', 'where' => ''], GateCheck::firstLine("  's' =>            1. NoOp()"));
	same(null, GateCheck::firstLine("  's' =>            2. NoOp()\n"));
	same(null, GateCheck::firstLine(''));
});
