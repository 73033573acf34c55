<?php
/**
 * A few checks without a framework, the same under PHP 7.4 and 8.2. Each prints one line of JSON: its title, and what was
 * wrong or null. A warning or a deprecation is a fault, as it is on a FreePBX in development mode.
 */

error_reporting(-1);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
	throw new ErrorException($message, 0, $level, $file, $line);
});

function check(string $title, callable $body): void
{
	$fault = null;
	try {
		$body();
	} catch (Throwable $thrown) {
		$fault = $thrown->getMessage() . ' at ' . basename($thrown->getFile()) . ':' . $thrown->getLine();
	}
	echo json_encode(['title' => $title, 'fault' => $fault], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}

function same($expected, $found): void
{
	if ($expected !== $found) {
		throw new Exception('expected ' . var_export($expected, true) . ', found ' . var_export($found, true));
	}
}

/** The text, in any of these lines. */
function says(string $text, array $lines): void
{
	if (strpos(implode("\n", $lines), $text) === false) {
		throw new Exception("\"$text\" is not in " . var_export($lines, true));
	}
}

function throws(string $text, callable $body): void
{
	try {
		$body();
	} catch (Throwable $thrown) {
		says($text, [$thrown->getMessage()]);
		return;
	}
	throw new Exception("nothing was thrown; \"$text\" should have been");
}
