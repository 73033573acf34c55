<?php
/** Locks in words, and what a form says of one as the service takes it. It knows no rule: the service checks. */

namespace FreePBX\modules\Devicelock;

final class Locks
{
	/** An alternative of a lock, for HTML. */
	public static function show(array $alternative): string
	{
		switch ($alternative['kind'] ?? '') {
			case 'device':
				return _('exactly') . ' <code>' . Text::isolated($alternative['userAgent'] ?? '') . '</code>';
			case 'model':
				return _('phone model') . ' <code>' . Text::isolated($alternative['model'] ?? '') . '</code>';
			default:
				$words = ['exact' => _('exactly'), 'prefix' => _('begins with'), 'pattern' => _('pattern')];
				$how = $words[$alternative['match'] ?? ''] ?? _('custom');
				return $how . ' <code>' . Text::isolated($alternative['value'] ?? '') . '</code>';
		}
	}

	/** The lock in force, and where it comes from, for HTML. */
	public static function inForce(array $lock): string
	{
		if (($lock['source'] ?? 'none') === 'none') {
			return '<em>' . _('none: any device may call') . '</em>';
		}
		$shown = implode(' ' . _('or') . ' ', array_map([self::class, 'show'], $lock['alternatives'] ?? []));
		$source = $lock['source'] === 'fallback' ? _("the fallback's") : _('its own');
		$mode = ($lock['mode'] ?? '') === 'monitor' ? ', ' . _('monitor: recorded, not refused') : '';
		return "$shown <span class=\"text-muted\">($source$mode)</span>";
	}

	/**
	 * What the form asks for.
	 * @param array<string, string> $form action, model, match, value, add
	 * @return array|null the request's body; null where it asks for nothing
	 */
	public static function request(array $form): ?array
	{
		$alternative = self::alternative($form);
		if ($alternative === null) {
			return null;
		}
		return ['alternatives' => [$alternative], 'add' => ($form['add'] ?? '') === 'yes'];
	}

	private static function alternative(array $form): ?array
	{
		switch ($form['action'] ?? '') {
			case 'this-device':
				return ['kind' => 'this-device'];
			case 'model':
				return ['kind' => 'model', 'model' => (string) ($form['model'] ?? '')];
			case 'custom':
				return ['kind' => 'custom', 'match' => (string) ($form['match'] ?? ''), 'value' => (string) ($form['value'] ?? '')];
			default:
				return null;
		}
	}
}
