<?php
/**
 * Runs one thing of the module as FreePBX would: what, and the request around it, come as JSON on standard input; what it
 * gave, and what FreePBX then holds, go out as JSON.
 */

error_reporting(-1);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
	throw new ErrorException($message, 0, $level, $file, $line);
});

require __DIR__ . '/framework.php';
require __DIR__ . '/backup-base.php';
require __DIR__ . '/stand-in.php';
$module = __DIR__ . '/../../dialplan/freepbx/devicelock';
require "$module/Devicelock.class.php";
require "$module/Backup.php";
require "$module/Restore.php";

/** The module, with the service of this test. */
class Tested extends FreePBX\modules\Devicelock
{
	public static $config = '';

	public function api(): FreePBX\modules\Devicelock\Api
	{
		return new FreePBX\modules\Devicelock\Api((new FreePBX\modules\Devicelock\Session())->user(), self::$config);
	}
}

$asked = json_decode(stream_get_contents(STDIN), true);
Tested::$config = $asked['config'];
FreePBX_Helpers::$kept = $asked['kept'] ?? [];
$_SESSION = $asked['session'] ?? [];
if (isset($asked['sections'])) {
	$_SESSION['AMP_user'] = new Administrator($asked['sections']);
}
$_POST = $asked['post'] ?? [];
$_REQUEST = ($asked['request'] ?? []) + $_POST;
$_SERVER['REQUEST_METHOD'] = $asked['method'] ?? 'GET';

$freepbx = new stdClass();
$freepbx->Notifications = new Notifications();
$freepbx->Notifications->shown = $asked['notices'] ?? [];
$freepbx->Job = new Jobs();
$freepbx->Config = new Settings();
$freepbx->astman = new Manager();
$freepbx->astman->isConnected = isset($asked['dialplan']);
$freepbx->astman->shown = $asked['dialplan'] ?? '';
$freepbx->Devicelock = $tested = new Tested($freepbx);

function ran(object $tested, object $freepbx, array $asked)
{
	switch ($asked['what']) {
		case 'tab':
			$page = new Page();
			$tested->doGuiHook($page);
			return $page->elements;
		case 'save':
			return $tested->doConfigPageInit('extensions');
		case 'ajax':
			$setting = [];
			return $tested->ajaxRequest('api', $setting) ? $tested->ajaxHandler() : null;
		case 'page':
			return $tested->showPage();
		case 'watch':
			return $tested->watch();
		case 'reloaded':
			return $tested->afterReload();
		case 'deleted':
			return $tested->afterDelDevice($asked['device'], $asked['edit']);
		case 'install':
			$tested->install();
			return $freepbx->Job->jobs;
		case 'uninstall':
			return $tested->uninstall();
		case 'config':
			$ext = extensions::of("[macro-user-callerid]\nexten => s,1,NoOp(a)\n");
			$tested->doDialplanHook($ext, 'asterisk', 950);
			return $ext->generateConf();
		case 'backup':
			$backup = new FreePBX\modules\Devicelock\Backup($freepbx);
			$backup->runBackup(1, 'one');
			return [$backup->configs, $backup->logged];
		case 'restore':
			$restore = new FreePBX\modules\Devicelock\Restore($freepbx, $asked['configs']);
			$restore->runRestore();
			return $restore->logged;
	}
	throw new Exception("there is no {$asked['what']}");
}

$result = ran($tested, $freepbx, $asked);
unset($_SESSION['AMP_user']);
echo json_encode([
	'result' => $result,
	'session' => $_SESSION,
	'notices' => (object) $freepbx->Notifications->shown,
	'kept' => array_filter(FreePBX_Helpers::$kept),
], JSON_THROW_ON_ERROR);
