<?php
/**
 * Speaks to the Device Lock service: one request, one answer, over the Unix socket or, for a service on another host,
 * over HTTP with a token. It waits 4 seconds at the most (half a minute where the service has much to look at, or mails)
 * and takes 48 MB at the most; it retries nothing and keeps nothing.
 *
 * /etc/device-lock/module.ini may say where the service is, one line each: socket = /path, or url = https://host:port and
 * token-file = /path (and ca-file = /path, a PEM with the authority of its certificate). Without that file it is the socket
 * below. Where the service is on another host and only its gate can be reached, gate = host:port says so (and
 * emergency-numbers = 911,112 which numbers always pass): then nobody is asked.
 */

namespace FreePBX\modules\Devicelock;

require_once __DIR__ . '/ApiError.php';

final class Api
{
	const SOCKET = '/run/device-lock/api.sock';
	const CONFIG = '/etc/device-lock/module.ini';
	const CONNECT_MS = 1000;
	const ALL_MS = 4000;
	/** What looks at every link of a chain that may be broken, or at thousands of extensions, or waits for a mail server. */
	const MUCH = '#^/v1/(?:doctor|preview|bulk|import|export|extensions/[^/]+/enrolment)(?:\?|$)#D';
	const MUCH_MS = 30000;
	/** Tens of thousands of extensions; an overview of ten thousand has 9 MB, and is sent as 200 kB. */
	const LARGEST_ANSWER = 50331648;

	/** @var array{socket?: string, url?: string, token-file?: string, ca-file?: string, gate?: string, emergency-numbers?: string} */
	private $where;

	/** @var string who asks, for the audit */
	private $who;

	public function __construct(string $who, string $config = self::CONFIG)
	{
		$this->who = 'freepbx:' . substr((string) preg_replace('/[^A-Za-z0-9_.@-]/', '', $who), 0, 40);
		$said = is_readable($config) ? parse_ini_file($config, false, INI_SCANNER_RAW) : [];
		$this->where = is_array($said) ? $said : [];
	}

	/**
	 * What the dialplan needs, where there is nobody to ask.
	 * @return array{gate: string, emergencyNumbers?: string[]}|null null where the service can be asked
	 */
	public function fixedDialplan(): ?array
	{
		if (!isset($this->where['gate']) || isset($this->where['socket']) || isset($this->where['url'])) {
			return null;
		}
		$numbers = preg_split('/[\s,]+/', $this->where['emergency-numbers'] ?? '', -1, PREG_SPLIT_NO_EMPTY);
		return ['gate' => $this->where['gate']] + ($numbers === [] ? [] : ['emergencyNumbers' => $numbers]);
	}

	public function get(string $path): array
	{
		return $this->ask('GET', $path, null);
	}

	public function put(string $path, array $body): array
	{
		return $this->ask('PUT', $path, $body);
	}

	public function post(string $path, array $body = []): array
	{
		return $this->ask('POST', $path, $body);
	}

	public function delete(string $path): array
	{
		return $this->ask('DELETE', $path, null);
	}

	/** A part of a path: a name that somebody typed. */
	public static function part(string $name): string
	{
		return rawurlencode($name);
	}

	/**
	 * @param array|\stdClass|null $body
	 * @throws ApiError its message is a sentence for an operator; code() is the service's, or "unreachable"
	 */
	public function ask(string $method, string $path, $body): array
	{
		[$status, $text] = $this->exchange($method, $path, $body);
		$answer = json_decode($text, true);
		if (!is_array($answer)) {
			throw new ApiError('unreachable', 'The Device Lock service gave no answer that can be read.', 'Run: fwconsole devicelock doctor');
		}
		if ($status >= 400) {
			$error = $answer['error'] ?? [];
			throw new ApiError(
				is_string($error['code'] ?? null) ? $error['code'] : 'internal',
				is_string($error['message'] ?? null) ? $error['message'] : "The Device Lock service answered $status.",
				is_string($error['hint'] ?? null) ? $error['hint'] : ''
			);
		}
		return $answer;
	}

	/**
	 * The same, as bytes: for who hands the answer on.
	 * @param array|\stdClass|null $body
	 * @return array{0: int, 1: string} status and body
	 */
	public function exchange(string $method, string $path, $body): array
	{
		$curl = curl_init();
		$text = '';
		curl_setopt_array($curl, [
			CURLOPT_CUSTOMREQUEST => $method,
			CURLOPT_CONNECTTIMEOUT_MS => self::CONNECT_MS,
			CURLOPT_TIMEOUT_MS => preg_match(self::MUCH, $path) ? self::MUCH_MS : self::ALL_MS,
			CURLOPT_NOSIGNAL => true,
			CURLOPT_PROXY => '',
			CURLOPT_FOLLOWLOCATION => false,
			CURLOPT_PATH_AS_IS => true,
			CURLOPT_ENCODING => 'gzip',
			CURLOPT_WRITEFUNCTION => static function ($curl, string $piece) use (&$text): int {
				$text .= $piece;
				return strlen($text) > self::LARGEST_ANSWER ? 0 : strlen($piece);
			},
		]);
		$headers = ['Accept: application/json', 'Expect:', 'X-Device-Lock-Who: ' . $this->who];
		if ($body !== null) {
			$headers[] = 'Content-Type: application/json';
			curl_setopt($curl, CURLOPT_POSTFIELDS, $body === [] ? '{}' : self::encode($body));
		}
		curl_setopt($curl, CURLOPT_HTTPHEADER, array_merge($headers, $this->aim($curl, $path)));
		$done = curl_exec($curl);
		$status = (int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
		$why = curl_error($curl);
		curl_close($curl);
		if (strlen($text) > self::LARGEST_ANSWER) {
			throw new ApiError('too-large', 'The answer of the Device Lock service is larger than 48 MB.', 'Ask for less, or use the command device-lock.');
		}
		if ($done === false || $status === 0) {
			throw new ApiError('unreachable', "The Device Lock service does not answer ($why). Calls are decided from what it last wrote.", 'Start it (systemctl start device-lock), then run: fwconsole devicelock doctor');
		}
		return [$status, $text];
	}

	/** @return string[] headers that the way asks for */
	private function aim($curl, string $path): array
	{
		if ($this->fixedDialplan() !== null) {
			throw new ApiError('elsewhere', 'The Device Lock service runs on another host, and only its gate is reached from here.', 'Use the command device-lock there.');
		}
		if (!isset($this->where['url'])) {
			curl_setopt($curl, CURLOPT_UNIX_SOCKET_PATH, $this->where['socket'] ?? self::SOCKET);
			curl_setopt($curl, CURLOPT_URL, 'http://localhost' . $path);
			return [];
		}
		curl_setopt($curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
		curl_setopt($curl, CURLOPT_URL, rtrim($this->where['url'], '/') . $path);
		if (isset($this->where['ca-file'])) {
			curl_setopt($curl, CURLOPT_CAINFO, $this->where['ca-file']);
		}
		$token = @file_get_contents($this->where['token-file'] ?? '', false, null, 0, 512);
		if ($token === false || trim($token) === '') {
			throw new ApiError('unreachable', 'The token for the Device Lock service cannot be read.', 'See token-file in ' . self::CONFIG);
		}
		return ['Authorization: Bearer ' . preg_replace('/[^\x21-\x7e]/', '', $token)];
	}

	private static function encode($body): string
	{
		$text = json_encode($body, JSON_UNESCAPED_SLASHES | JSON_PRESERVE_ZERO_FRACTION);
		if ($text === false) {
			throw new ApiError('malformed', 'What was entered is not valid UTF-8 text. Nothing was changed.', '');
		}
		return $text;
	}
}
