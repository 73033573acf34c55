<?php
/** Says of gates, feature codes and emergency numbers whether the module takes them. Standard input: {gates, codes, numbers}; prints the same of booleans. */

use FreePBX\modules\Devicelock\Dialplan\Settings;

require __DIR__ . '/../../dialplan/freepbx/devicelock/Dialplan/Settings.php';

function isTaken(array $part): bool
{
	try {
		Settings::fromService($part + ['gate' => '127.0.0.1:1', 'emergencyNumbers' => [], 'whenUnavailable' => 'allow', 'refusal' => 'plain']);
		return true;
	} catch (InvalidArgumentException $refused) {
		return false;
	}
}

$input = json_decode((string) stream_get_contents(STDIN), true);
echo json_encode([
	'gates' => array_map(static function (string $gate): bool { return isTaken(['gate' => $gate]); }, $input['gates']),
	'codes' => array_map(static function (string $code): bool { return isTaken(['featureCode' => $code]); }, $input['codes']),
	'numbers' => array_map(static function (string $number): bool { return isTaken(['emergencyNumbers' => [$number]]); }, $input['numbers']),
]);
