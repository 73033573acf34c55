<?php
/** Text from SIP is an attacker's: this makes it harmless in HTML, and shows what cannot be seen. */

namespace FreePBX\modules\Devicelock;

final class Text
{
	/** Characters shown of one text. */
	const LONGEST = 200;

	/** For HTML, between tags or in a quoted attribute. */
	public static function html($text): string
	{
		return htmlspecialchars(self::plain($text), ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
	}

	/** The same on a piece of the page whose direction it cannot turn. */
	public static function isolated($text): string
	{
		return '<bdi dir="ltr">' . self::html($text) . '</bdi>';
	}

	/** For a terminal or a notification: no control character, nothing that turns the writing's direction. */
	public static function plain($text): string
	{
		$text = (string) $text;
		if (!preg_match('//u', $text)) {
			$text = (string) preg_replace('/[\x80-\xff]/', '?', $text);
		}
		$shown = (string) preg_replace_callback('/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/u', static function (array $found): string {
			return sprintf('\\u{%x}', self::codePoint($found[0]));
		}, $text);
		$cut = preg_match('/^.{0,' . self::LONGEST . '}/su', $shown, $found) ? $found[0] : '';
		return strlen($cut) < strlen($shown) ? $cut . '…' : $cut;
	}

	/** A User-Agent as the service shows it: its text, or why there is none. */
	public static function userAgent(array $device): string
	{
		if (isset($device['userAgentFault'])) {
			return self::isolated($device['userAgent'] ?? '') . ' <em>(malformed)</em>';
		}
		return isset($device['userAgent']) ? self::isolated($device['userAgent']) : '<em>no User-Agent</em>';
	}

	/** ISO 8601 to a time of this PBX. */
	public static function time($iso): string
	{
		$at = is_string($iso) ? strtotime($iso) : false;
		return $at === false ? '' : date('Y-m-d H:i:s', $at);
	}

	private static function codePoint(string $character): int
	{
		$four = iconv('UTF-8', 'UCS-4BE', $character);
		return $four === false ? 0xfffd : (int) (unpack('N', $four)[1]);
	}
}
