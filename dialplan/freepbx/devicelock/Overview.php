<?php
/**
 * The admin page where the console cannot be shown, plain and made on the server: how the service is, every extension with its lock, its phones and its
 * violations, the fallback, the settings, the phone library. It changes nothing: locks are set on the Extension page.
 */

namespace FreePBX\modules\Devicelock;

require_once __DIR__ . '/Tab.php';

final class Overview
{
	/** Extensions on the page: a browser shows no more of a table with ease. */
	const MOST = 2000;

	/** @var Api */
	private $api;

	public function __construct(Api $api)
	{
		$this->api = $api;
	}

	public function render(): string
	{
		$head = '<div class="container-fluid"><h1>' . _('Device Lock') . '</h1><div class="well well-info">'
			. _('Pins each extension to its phone: a call from another device is refused, even with the right password.') . '</div>';
		try {
			return $head . $this->status() . $this->extensions() . $this->violations() . $this->library() . $this->findings() . '</div>';
		} catch (ApiError $error) {
			return $head . '<div class="alert alert-danger">' . Text::html($error->words()) . '</div></div>';
		}
	}

	private function status(): string
	{
		$status = $this->api->get('/v1/status');
		$settings = $status['settings'] ?? [];
		$counts = $status['counts'] ?? [];
		$rows = [
			_('Service') => ($status['asterisk']['connected'] ?? false) ? _('guards, connected to Asterisk') . ' ' . Text::html($status['asterisk']['version'] ?? '') : '<strong class="text-danger">' . _('not connected to Asterisk') . '</strong>',
			_('Mode') => ($settings['mode'] ?? '') === 'monitor' ? _('monitor: recorded, nothing is refused') : _('enforce: other devices are refused'),
			_('Fallback') => isset($settings['fallback']) ? _('extensions without a lock accept') . ' <code>' . Text::html($settings['fallback']) . '</code>' : _('off: extensions without a lock accept any device'),
			_('Needs a registration') => ($settings['requireRegistration'] ?? false) ? _('yes') : _('no'),
			_('Extensions') => sprintf(_('%d, of which %d are locked; %d phones registered; %d open violations'), $counts['extensions'] ?? 0, $counts['locked'] ?? 0, $counts['contacts'] ?? 0, $counts['openViolations'] ?? 0),
		];
		$html = '';
		foreach ($rows as $name => $value) {
			$html .= "<tr><th scope=\"row\">$name</th><td>$value</td></tr>";
		}
		return '<h2>' . _('Overview') . "</h2><table class=\"table\"><tbody>$html</tbody></table>";
	}

	private function extensions(): string
	{
		$all = $this->api->get('/v1/extensions')['extensions'] ?? [];
		$rows = '';
		foreach (array_slice($all, 0, self::MOST) as $one) {
			$open = (int) ($one['openViolations'] ?? 0);
			$phones = implode('<br>', array_map(static function (array $contact): string {
				$shown = Text::userAgent($contact) . ' <span class="text-muted">' . Text::html($contact['address'] ?? '') . '</span>';
				return ($contact['matches'] ?? null) === false ? "<span class=\"text-danger\">$shown</span>" : $shown;
			}, $one['contacts'] ?? []));
			$rows .= '<tr><td><a href="?display=extensions&amp;extdisplay=' . rawurlencode((string) $one['extension']) . '">' . Text::html($one['extension']) . '</a></td><td>' . Text::html($one['label'] ?? '')
				. '</td><td>' . Locks::inForce($one['lock'] ?? []) . "</td><td>$phones</td><td>" . ($open > 0 ? "<strong class=\"text-danger\">$open</strong>" : '') . '</td></tr>';
		}
		$more = count($all) - self::MOST;
		$note = $more > 0 ? '<p>' . sprintf(_('%d more are not shown; list them with: device-lock extensions'), $more) . '</p>' : '';
		return '<h2>' . _('Extensions') . '</h2>' . Tab::table([_('Extension'), _('Name'), _('Lock in force'), _('Registered now'), _('Violations')], $rows) . $note;
	}

	private function violations(): string
	{
		$rows = '';
		foreach ($this->api->get('/v1/violations?limit=50')['violations'] ?? [] as $one) {
			$ended = isset($one['ended']) ? Text::html($one['ended']['how'] ?? '') : '<strong class="text-danger">' . _('open') . '</strong>';
			$rows .= '<tr><td>' . Text::html(Text::time($one['lastSeen'] ?? null)) . '</td><td>' . Text::html($one['extension'] ?? '') . '</td><td>' . Text::userAgent($one) . '</td><td>'
				. Text::html($one['address'] ?? '') . '</td><td>' . Text::html(sprintf('%d / %d', $one['registers'] ?? 0, $one['calls'] ?? 0)) . '</td><td>' . Text::html($one['dialled'] ?? '') . "</td><td>$ended</td></tr>";
		}
		$table = Tab::table([_('Last seen'), _('Extension'), _('User-Agent'), _('Address'), _('REGISTERs / calls'), _('Dialled'), _('Ended')], $rows);
		return '<h2>' . _('Violations') . '</h2>' . ($rows === '' ? '<p>' . _('None so far.') . '</p>' : $table);
	}

	private function library(): string
	{
		$rows = '';
		foreach ($this->api->get('/v1/models')['models'] ?? [] as $model) {
			$rows .= '<tr><td>' . Text::html($model['id'] ?? '') . '</td><td>' . Text::html(($model['vendor'] ?? '') . ' ' . ($model['model'] ?? '')) . '</td><td><code>' . Text::isolated($model['pattern'] ?? '') . '</code></td></tr>';
		}
		return '<details><summary>' . _('Phone Library') . '</summary>' . Tab::table([_('Model'), _('Phone'), _('Pattern')], $rows) . '</details>';
	}

	private function findings(): string
	{
		try {
			$findings = $this->api->get('/v1/doctor')['findings'] ?? [];
		} catch (ApiError $error) {
			// The rest of the page is worth seeing all the same.
			return '<div class="alert alert-danger">' . Text::html($error->words()) . '</div>';
		}
		$rows = '';
		foreach ($findings as $finding) {
			$rows .= '<tr><td>' . Text::html($finding['state'] ?? '') . '</td><td>' . Text::html($finding['check'] ?? '') . '</td><td>' . Text::html($finding['what'] ?? '') . '</td><td>' . Text::html($finding['cure'] ?? '') . '</td></tr>';
		}
		return '<details><summary>' . _('Is every link of the chain sound?') . '</summary>' . Tab::table(['', _('Link'), _('Found'), _('Cure')], $rows) . '</details>';
	}
}
