<?php
/**
 * The module, as FreePBX calls it: which page, which hook goes where. What is done there is in files of their own; the
 * rules and the data are the service's. A fault in here never stops Apply Config or the Extension page.
 */

namespace FreePBX\modules;

foreach (['Api', 'Text', 'Locks', 'Notices', 'Session', 'Proxy', 'Tab', 'Overview', 'Frame'] as $devicelockPart) {
	require_once __DIR__ . "/$devicelockPart.php";
}
foreach (['Settings', 'Splice', 'GateCheck'] as $devicelockPart) {
	require_once __DIR__ . "/Dialplan/$devicelockPart.php";
}

use FreePBX\modules\Devicelock\Api;
use FreePBX\modules\Devicelock\ApiError;
use FreePBX\modules\Devicelock\Dialplan;
use FreePBX\modules\Devicelock\Frame;
use FreePBX\modules\Devicelock\Notices;
use FreePBX\modules\Devicelock\Overview;
use FreePBX\modules\Devicelock\Proxy;
use FreePBX\modules\Devicelock\Session;
use FreePBX\modules\Devicelock\Tab;

class Devicelock extends \FreePBX_Helpers implements \BMO
{
	/** Pages of FreePBX that show one extension. */
	const PAGES = ['extensions', 'devices'];

	/** @var object */
	public $FreePBX;

	public function __construct($freepbx = null)
	{
		if ($freepbx === null) {
			throw new \Exception('Not given a FreePBX Object');
		}
		parent::__construct($freepbx);
		$this->FreePBX = $freepbx;
	}

	public function install()
	{
		$this->FreePBX->Job->addClass('devicelock', 'watch', 'FreePBX\modules\Devicelock\Job', '* * * * *', 50);
	}

	public function uninstall()
	{
		$this->FreePBX->Job->removeAllByModule('devicelock');
		$this->notices()->removeAll();
		// Everything it kept, and the table for it.
		$this->deleteAll();
	}

	public function backup()
	{
	}

	public function restore($backup)
	{
	}

	// --- Apply Config ---

	public static function myDialplanHooks()
	{
		// After everything else has written its part.
		return 950;
	}

	public function doDialplanHook(&$ext, $engine, $priority)
	{
		try {
			if ($engine !== 'asterisk') {
				return;
			}
			$warnings = [];
			$settings = Dialplan\Settings::latest(function (): array {
				$fixed = $this->api()->fixedDialplan();
				return $fixed === null ? $this->api()->get('/v1/dialplan') : $fixed + Dialplan\Settings::defaults()->toArray();
			}, $this->getConfig('dialplan') ?: null, $warnings);
			if ($warnings === []) {
				$this->setConfig('dialplan', $settings->toStored());
			}
			$problems = Dialplan\Splice::apply($ext, $settings);
			$this->notices()->ofDialplan($problems, $warnings);
		} catch (\Throwable $fault) {
			$this->noticeOfFault($fault);
		}
	}

	/** FreePBX has reloaded Asterisk: is the gate really the first that a call meets? */
	public function afterReload()
	{
		try {
			$this->notices()->ofGate($this->lookAtGate());
		} catch (\Throwable $fault) {
			$this->noticeOfFault($fault);
		}
	}

	/** @return string[] problems */
	private function lookAtGate(): array
	{
		$astman = $this->FreePBX->astman;
		if (!$astman || !$astman->connected()) {
			return [];
		}
		$etc = $this->FreePBX->Config->get('ASTETCDIR') ?: '/etc/asterisk';
		return Dialplan\GateCheck::examine(static function (string $command) use ($astman): string {
			$answer = $astman->Command($command);
			return (string) ($answer['data'] ?? '');
		}, $etc);
	}

	// --- Extension page ---

	public static function myGuiHooks()
	{
		return ['core'];
	}

	public static function myConfigPageInits()
	{
		return self::PAGES;
	}

	public function doGuiHook(&$cc)
	{
		$extension = $this->shownExtension();
		if ($extension === '') {
			return;
		}
		try {
			$html = (new Tab($this->api(), new Session()))->render($extension);
		} catch (\Throwable $fault) {
			$html = '<div class="alert alert-danger">' . Devicelock\Text::html($fault->getMessage()) . '</div>';
		}
		$cc->addguielem(_('Device Lock'), new \gui_html('devicelock', $html), 6, null, 'devicelock');
	}

	public function doConfigPageInit($page)
	{
		if (!in_array($page, self::PAGES, true) || ($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
			return;
		}
		$extension = $this->shownExtension();
		if ($extension !== '' && ($_POST['action'] ?? '') === 'edit') {
			(new Tab($this->api(), new Session()))->save($extension, $_POST);
		}
	}

	/** The extension a page of FreePBX shows, "" where it shows none, is deleting it, or it is not for this administrator. */
	private function shownExtension(): string
	{
		$extension = $_REQUEST['extdisplay'] ?? '';
		$isPage = in_array($_REQUEST['display'] ?? '', self::PAGES, true);
		$isDeleting = ($_REQUEST['action'] ?? '') === 'del';
		$isName = is_string($extension) && preg_match('/^[A-Za-z0-9_.-]{1,80}$/D', $extension);
		// FreePBX shows and saves nothing there either, but goes on to ask the modules.
		return $isPage && !$isDeleting && $isName && (!function_exists('checkRange') || \checkRange($extension)) ? $extension : '';
	}

	/** An edit deletes the device too, and adds it again: its lock stays. */
	public function afterDelDevice($device, $editmode = false)
	{
		if ($editmode) {
			return;
		}
		$this->setConfig((string) $device, time(), 'forget');
		$this->forgetDeleted();
	}

	/** Takes along the locks of deleted extensions; what the service could not be told now, it is told by the next job. */
	public function forgetDeleted(): void
	{
		foreach (array_keys($this->getAll('forget') ?: []) as $device) {
			try {
				$this->api()->delete('/v1/extensions/' . Api::part((string) $device));
			} catch (ApiError $error) {
				if (in_array($error->kind(), ['unreachable', 'elsewhere'], true)) {
					return;
				}
				if ($error->kind() !== 'no-such-extension') {
					continue;
				}
			}
			$this->delConfig((string) $device, 'forget');
		}
	}

	/** A new extension under the number of a deleted one begins without its lock. */
	public function watch(): void
	{
		$this->forgetDeleted();
		$this->notices()->ofGate($this->lookAtGate());
		if ($this->api()->fixedDialplan() !== null) {
			return;
		}
		try {
			$open = $this->api()->get('/v1/violations?open=true&limit=1000')['violations'] ?? [];
			$this->notices()->ofViolations($open);
			$this->notices()->ofService('');
		} catch (ApiError $error) {
			$this->notices()->ofService($error->words());
			return;
		}
		try {
			$alerts = $this->api()->get('/v1/alerts?limit=1');
			$this->notices()->ofAlerts($alerts['troubles'] ?? [], $alerts['channels'] ?? []);
		} catch (ApiError $older) {
			// A service of before there were alerts.
		}
	}

	// --- Admin page ---

	public function ajaxRequest($command, &$setting)
	{
		$setting['authenticate'] = true;
		$setting['allowremote'] = false;
		return $command === 'api';
	}

	public function ajaxHandler()
	{
		return (new Proxy($this->api(), new Session()))->handle($_SERVER['REQUEST_METHOD'] ?? '', $_POST);
	}

	public function getActionBar($request)
	{
		return [];
	}

	/** The page's HTML: the console, or a plain page where it cannot be shown. */
	public function showPage(): string
	{
		$frame = new Frame($this->api(), new Session(), __DIR__ . '/assets');
		return $frame->render() ?? (new Overview($this->api()))->render();
	}

	public function api(): Api
	{
		return new Api((new Session())->user());
	}

	private function notices(): Notices
	{
		return new Notices($this->FreePBX->Notifications, function (?array $ids): array {
			if ($ids !== null) {
				$this->setConfig('notified', $ids);
			}
			return $this->getConfig('notified') ?: [];
		});
	}

	private function noticeOfFault(\Throwable $fault): void
	{
		try {
			$this->notices()->ofDialplan(['Device Lock could not do its part of Apply Config: ' . $fault->getMessage()], []);
		} catch (\Throwable $silent) {
			// Apply Config goes on, whatever happens here.
			error_log('devicelock: ' . $fault->getMessage());
		}
	}
}
