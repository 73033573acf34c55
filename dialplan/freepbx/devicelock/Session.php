<?php
/** Who is logged in to FreePBX, and the token that proves that a request comes from a page of ours. */

namespace FreePBX\modules\Devicelock;

final class Session
{
	const SECTION = 'devicelock';

	/** The administrator's name; "cli" where nobody is logged in. */
	public function user(): string
	{
		$user = $_SESSION['AMP_user'] ?? null;
		return is_object($user) && isset($user->username) ? (string) $user->username : 'cli';
	}

	/** Somebody is logged in who may see this module. FreePBX itself lets requests of this very host pass unasked. */
	public function isAllowed(): bool
	{
		$user = $_SESSION['AMP_user'] ?? null;
		return is_object($user) && method_exists($user, 'checkSection') && (bool) $user->checkSection(self::SECTION);
	}

	public function token(): string
	{
		if (!isset($_SESSION['devicelock_token'])) {
			$_SESSION['devicelock_token'] = bin2hex(random_bytes(32));
		}
		return $_SESSION['devicelock_token'];
	}

	public function isToken($said): bool
	{
		return is_string($said) && isset($_SESSION['devicelock_token']) && hash_equals($_SESSION['devicelock_token'], $said);
	}

	/** Lets the administrator's other requests go on while this one waits; nothing is kept of it from here on. */
	public function release(): void
	{
		if (session_status() === PHP_SESSION_ACTIVE) {
			session_write_close();
		}
	}

	/** What the next page is to tell of this request. */
	public function leave(string $level, string $words): void
	{
		$_SESSION['devicelock_said'][] = [$level, $words];
	}

	/** @return array<array{string, string}> level and words, once */
	public function take(): array
	{
		$said = $_SESSION['devicelock_said'] ?? [];
		unset($_SESSION['devicelock_said']);
		return $said;
	}
}
