<?php
/**
 * The admin page with the console in it: the same page as the service shows by itself, in a frame of its own so that its
 * styles and FreePBX's leave each other alone. The frame says how the page is to ask: by this module's AJAX handler, with
 * the token of this login.
 */

namespace FreePBX\modules\Devicelock;

final class Frame
{
	/** Where FreePBX serves a module's assets, seen from its admin page. */
	const PAGE = 'assets/devicelock/console/index.html';
	const HANDLER = 'ajax.php?module=devicelock&command=api';

	/** @var Api */
	private $api;

	/** @var Session */
	private $session;

	/** @var string */
	private $assets;

	public function __construct(Api $api, Session $session, string $assets)
	{
		$this->api = $api;
		$this->session = $session;
		$this->assets = $assets;
	}

	/** null where the page is not there or the service does not answer: the plain page says more then */
	public function render(): ?string
	{
		$page = $this->assets . '/console/index.html';
		if (!is_file($page) || !$this->isAnswering()) {
			return null;
		}
		$transport = json_encode(['kind' => 'freepbx', 'url' => self::HANDLER, 'token' => $this->session->token()], JSON_UNESCAPED_SLASHES);
		// A browser keeps the page until it is another one.
		$src = self::PAGE . '?' . filemtime($page);
		return '<div class="container-fluid"><h1>' . _('Device Lock') . '</h1><iframe id="devicelock-console" title="Device Lock" src="' . Text::html($src) . '" data-transport="' . Text::html($transport)
			. '" style="display:block;width:100%;height:calc(100vh - 9rem);min-height:32rem;border:0"></iframe></div>';
	}

	private function isAnswering(): bool
	{
		try {
			$this->api->get('/v1/settings');
			return true;
		} catch (ApiError $error) {
			return false;
		}
	}
}
