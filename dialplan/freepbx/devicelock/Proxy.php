<?php
/**
 * The way of the console's requests when it is shown inside FreePBX: POST ajax.php?module=devicelock&command=api with
 * method, path, body (JSON) and token. It hands on what is in the list below and nothing else, for an administrator who is
 * logged in, may see this module, and whose page holds the token. The answer is {status, text}, the text as the service
 * wrote it: it is neither read nor written anew here, however long it is.
 */

namespace FreePBX\modules\Devicelock;

final class Proxy
{
	const LARGEST_BODY = 1048576;

	const NAME = '[A-Za-z0-9%_.~@+-]{1,240}';

	/** Method => paths, without their query. No sessions, tokens or streams: those are for who has no FreePBX. */
	const ALLOWED = [
		'GET' => ['status', 'doctor', 'overview', 'dialplan', 'extensions', 'extensions/' . self::NAME, 'models', 'models/' . self::NAME, 'settings', 'violations', 'violations\.csv', 'calls', 'audit', 'export'],
		'PUT' => ['extensions/' . self::NAME . '/policy', 'models/' . self::NAME, 'settings'],
		'POST' => ['extensions/' . self::NAME . '/(?:clear|check|try|enrolment|grants|grants/take-back)', 'models', 'models/' . self::NAME . '/restore', 'models/(?:propose|try)', 'preview', 'bulk', 'import'],
		'DELETE' => ['extensions/' . self::NAME . '/(?:lock|enrolment|grants)', 'models/' . self::NAME],
	];

	const QUERY = '/^[A-Za-z0-9%_.~=&:+-]{0,500}$/D';

	/** @var Api */
	private $api;

	/** @var Session */
	private $session;

	public function __construct(Api $api, Session $session)
	{
		$this->api = $api;
		$this->session = $session;
	}

	public function handle(string $requestMethod, array $post): array
	{
		if ($requestMethod !== 'POST') {
			return self::refusal(405, 'method', 'Ask by POST.');
		}
		if (!$this->session->isAllowed()) {
			return self::refusal(401, 'not-logged-in', 'Log in to FreePBX as an administrator who may see Device Lock.');
		}
		if (!$this->session->isToken($post['token'] ?? null)) {
			return self::refusal(403, 'token', 'This page is too old. Load it again.');
		}
		$method = is_string($post['method'] ?? null) ? $post['method'] : '';
		$path = is_string($post['path'] ?? null) ? $post['path'] : '';
		if (!self::isAllowed($method, $path)) {
			return self::refusal(404, 'no-such-route', 'That is not for this page.');
		}
		$this->session->release();
		return $this->forward($method, $path, $post['body'] ?? '');
	}

	public static function isAllowed(string $method, string $path): bool
	{
		[$route, $query] = array_pad(explode('?', $path, 2), 2, '');
		if (strpos($route, '..') !== false || !preg_match(self::QUERY, $query)) {
			return false;
		}
		foreach (self::ALLOWED[$method] ?? [] as $allowed) {
			if (preg_match("#^/v1/$allowed$#D", $route)) {
				return true;
			}
		}
		return false;
	}

	private function forward(string $method, string $path, $body): array
	{
		if (!is_string($body) || strlen($body) > self::LARGEST_BODY) {
			return self::refusal(413, 'too-large', 'The request is larger than 1 MB.');
		}
		// As objects, so that {} stays what it is.
		$decoded = $body === '' ? null : json_decode($body);
		if ($body !== '' && !$decoded instanceof \stdClass) {
			return self::refusal(400, 'malformed', 'The body is no JSON object. Nothing was changed.');
		}
		try {
			[$status, $text] = $this->api->exchange($method, $path, $decoded);
		} catch (ApiError $error) {
			return self::refusal(503, $error->kind(), $error->getMessage(), $error->hint());
		}
		return ['status' => $status, 'text' => $text];
	}

	private static function refusal(int $status, string $code, string $message, string $hint = ''): array
	{
		return ['status' => $status, 'text' => json_encode(['error' => ['code' => $code, 'message' => $message, 'hint' => $hint]])];
	}
}
