<?php
/**
 * The tab on the Extension page: what the service knows of one extension, and what an administrator decides for it. Its
 * fields are part of that page's form and are saved with it. Where the service does not answer it says so, and saves
 * nothing.
 */

namespace FreePBX\modules\Devicelock;

final class Tab
{
	/** Lines of history shown. */
	const HISTORY = 20;

	/** @var Api */
	private $api;

	/** @var Session */
	private $session;

	public function __construct(Api $api, Session $session)
	{
		$this->api = $api;
		$this->session = $session;
	}

	public function render(string $extension): string
	{
		$said = '';
		foreach ($this->session->take() as [$level, $words]) {
			$said .= '<div class="alert alert-' . Text::html($level) . '" role="status">' . Text::html($words) . '</div>';
		}
		try {
			$view = $this->api->get('/v1/extensions/' . Api::part($extension));
			$models = $this->api->get('/v1/models')['models'] ?? [];
		} catch (ApiError $error) {
			return $said . $this->unknown($error);
		}
		return $said
			. $this->violations($view['violations'] ?? [])
			. self::row(_('Lock in force'), Locks::inForce($view['lock'] ?? []))
			. self::row(_('Registered now'), self::contacts($view['contacts'] ?? []))
			. $this->twin($extension)
			. self::row(_('Last seen'), self::lastSeen($view['sightings'] ?? []))
			. $this->form($view, $models)
			. self::row(_('History'), self::history($view));
	}

	/** @param array<string, mixed> $post the Extension page's form */
	public function save(string $extension, array $post): void
	{
		$form = [];
		foreach ($post as $name => $value) {
			if (is_string($value) && strpos((string) $name, 'devicelock_') === 0) {
				$form[substr((string) $name, 11)] = $value;
			}
		}
		if (!isset($form['token'])) {
			return;
		}
		if (!$this->session->isToken($form['token'])) {
			$this->session->leave('warning', _('The lock was not changed: the page was too old. Try again.'));
			return;
		}
		try {
			foreach ($this->decisions($extension, $form) as $words) {
				$this->session->leave('success', $words);
			}
		} catch (ApiError $error) {
			$this->session->leave('danger', _('Device Lock changed nothing: ') . $error->words());
		}
	}

	/** @return iterable<string> what was done, as it is done */
	private function decisions(string $extension, array $form): iterable
	{
		$path = '/v1/extensions/' . Api::part($extension);
		$request = Locks::request($form) ?? [];
		$mode = $form['mode'] ?? '';
		if ($mode !== ($form['mode_was'] ?? '')) {
			$request['mode'] = $mode === 'inherit' ? null : $mode;
		}
		if ($request !== []) {
			$this->api->put("$path/policy", $request);
			yield sprintf(_('Device Lock: extension %s was changed.'), $extension);
		}
		if (($form['action'] ?? '') === 'unlock') {
			$this->api->delete("$path/lock");
			yield sprintf(_('Device Lock: extension %s has no lock of its own any more.'), $extension);
		}
		if (($form['clear'] ?? '') === 'yes') {
			$this->api->post("$path/clear");
			yield sprintf(_('Device Lock: the violations of extension %s were cleared.'), $extension);
		}
	}

	private function unknown(ApiError $error): string
	{
		if ($error->kind() === 'no-such-extension') {
			return '<p>' . _('The service does not know this extension: it is no PJSIP extension, or it was made a moment ago and Apply Config has not run.') . '</p>';
		}
		return '<div class="alert alert-danger">' . Text::html($error->words()) . '</div>';
	}

	private function violations(array $violations): string
	{
		$shown = '';
		foreach ($violations as $violation) {
			$what = sprintf(_('%d registrations, %d calls'), $violation['registers'] ?? 0, $violation['calls'] ?? 0);
			$shown .= '<li>' . Text::userAgent($violation) . ' ' . _('from') . ' ' . Text::html($violation['address'] ?? _('an unknown address')) . ": $what, "
				. _('last') . ' ' . Text::html(Text::time($violation['lastSeen'] ?? null)) . '</li>';
		}
		if ($shown === '') {
			return '';
		}
		return '<div class="alert alert-danger" role="alert"><strong>' . _('Another device uses this extension') . "</strong><ul>$shown</ul>"
			. '<label><input type="checkbox" name="devicelock_clear" value="yes"> ' . _('Dealt with: clear on Submit') . '</label></div>';
	}

	private static function contacts(array $contacts): string
	{
		if ($contacts === []) {
			return '<em>' . _('nothing') . '</em>';
		}
		$rows = '';
		foreach ($contacts as $contact) {
			$matches = $contact['matches'] ?? null;
			$verdict = $matches === null ? '' : ($matches ? _('matches') : '<strong class="text-danger">' . _('does not match') . '</strong>');
			$phone = trim(($contact['vendor'] ?? '') . ' ' . ($contact['model'] ?? '') . ' ' . ($contact['firmware'] ?? ''));
			$rows .= '<tr><td>' . Text::userAgent($contact) . '</td><td>' . Text::html($phone) . '</td><td>' . Text::html($contact['address'] ?? '') . '</td><td>'
				. Text::html(Text::time($contact['expires'] ?? null)) . "</td><td>$verdict</td></tr>";
		}
		return self::table([_('User-Agent'), _('Phone'), _('Address'), _('Until'), ''], $rows);
	}

	/** FreePBX gives an extension with WebRTC a second device, 99 before its number: it has a lock of its own. */
	private function twin(string $extension): string
	{
		try {
			$view = $this->api->get('/v1/extensions/' . Api::part("99$extension"));
		} catch (ApiError $error) {
			return '';
		}
		$link = '<a href="?display=devicelock">' . Text::html("99$extension") . '</a>';
		return self::row(_('WebRTC device') . " $link", Locks::inForce($view['lock'] ?? []) . self::contacts($view['contacts'] ?? []));
	}

	private static function lastSeen(array $sightings): string
	{
		$last = $sightings[0] ?? null;
		if ($last === null) {
			return '<em>' . _('never') . '</em>';
		}
		return Text::userAgent($last) . ' ' . _('from') . ' ' . Text::html($last['address'] ?? _('an unknown address')) . ' '
			. Text::html(Text::time($last['lastSeen'] ?? null)) . ' (' . Text::html($last['by'] ?? '') . ')';
	}

	private static function history(array $view): string
	{
		$lines = [];
		foreach ($view['sightings'] ?? [] as $sighting) {
			$matched = $sighting['matched'] ?? null;
			$verdict = $matched === null ? '' : ($matched ? _('matched') : _('did not match'));
			$lines[] = [$sighting['lastSeen'] ?? '', $sighting['by'] ?? '', $sighting, $verdict];
		}
		foreach ($view['calls'] ?? [] as $call) {
			$what = sprintf(_('call to %s: %s'), $call['dialled'] ?? '', $call['outcome'] ?? '');
			$lines[] = [$call['at'] ?? '', $what, $call, $call['reason'] ?? ''];
		}
		usort($lines, static function (array $a, array $b): int {
			return strcmp($b[0], $a[0]);
		});
		$rows = '';
		foreach (array_slice($lines, 0, self::HISTORY) as [$at, $what, $device, $verdict]) {
			$rows .= '<tr><td>' . Text::html(Text::time($at)) . '</td><td>' . Text::html($what) . '</td><td>' . Text::userAgent($device) . '</td><td>'
				. Text::html($device['address'] ?? '') . '</td><td>' . Text::html($verdict) . '</td></tr>';
		}
		return $rows === '' ? '<em>' . _('nothing yet') . '</em>' : self::table([_('When'), _('What'), _('User-Agent'), _('Address'), ''], $rows);
	}

	private function form(array $view, array $models): string
	{
		$options = '';
		foreach ($models as $model) {
			$options .= '<option value="' . Text::html($model['id'] ?? '') . '">' . Text::html(($model['vendor'] ?? '') . ' ' . ($model['model'] ?? '')) . '</option>';
		}
		$choices = self::choice('keep', _('Leave the lock as it is'), '', true)
			. self::choice('this-device', _('Lock to the phone that is registered now'), '')
			. self::choice('model', _('Lock to a phone model'), '<select class="form-control" name="devicelock_model" aria-label="' . _('Phone model') . "\">$options</select>")
			. self::choice('custom', _('Lock to a User-Agent that'), self::custom())
			. self::choice('unlock', _('Take away its own lock'), '');
		$was = $view['policy']['mode'] ?? null;
		$was = is_string($was) ? $was : 'inherit';
		$modes = '';
		foreach (['inherit' => _("the system's mode"), 'enforce' => _('enforce: refuse other devices'), 'monitor' => _('monitor: record, refuse nothing')] as $mode => $words) {
			$modes .= "<option value=\"$mode\"" . ($mode === $was ? ' selected' : '') . ">$words</option>";
		}
		return '<input type="hidden" name="devicelock_token" value="' . Text::html($this->session->token()) . '">'
			. "<input type=\"hidden\" name=\"devicelock_mode_was\" value=\"$was\">"
			. self::row(_('On Submit'), $choices . '<label><input type="checkbox" name="devicelock_add" value="yes"> ' . _('beside what it accepts already (desk phone and softphone)') . '</label>')
			. self::row(_('Mode'), "<select class=\"form-control\" name=\"devicelock_mode\" aria-label=\"" . _('Mode') . "\">$modes</select>");
	}

	private static function choice(string $value, string $words, string $more, bool $checked = false): string
	{
		return "<div class=\"radio\"><label><input type=\"radio\" name=\"devicelock_action\" value=\"$value\"" . ($checked ? ' checked' : '') . "> $words</label> $more</div>";
	}

	private static function custom(): string
	{
		return '<select class="form-control" name="devicelock_match" aria-label="' . _('How it is compared') . '"><option value="exact">' . _('is exactly') . '</option><option value="prefix">'
			. _('begins with') . '</option><option value="pattern">' . _('matches the pattern') . '</option></select>'
			. '<input class="form-control" type="text" name="devicelock_value" maxlength="512" spellcheck="false" aria-label="' . _('User-Agent') . '">';
	}

	private static function row(string $label, string $html): string
	{
		return "<div class=\"element-container\"><div class=\"row\"><div class=\"form-group\"><div class=\"col-md-3\"><span class=\"control-label\">$label</span></div><div class=\"col-md-9\">$html</div></div></div></div>";
	}

	/** @param string[] $heads */
	public static function table(array $heads, string $rows): string
	{
		$head = '';
		foreach ($heads as $words) {
			$head .= "<th>$words</th>";
		}
		return "<div class=\"table-responsive\"><table class=\"table table-striped\"><thead><tr>$head</tr></thead><tbody>$rows</tbody></table></div>";
	}
}
