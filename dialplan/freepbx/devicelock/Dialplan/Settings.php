<?php
/**
 * What the dialplan has to know of the service's configuration: where the gate asks, and which numbers are never asked
 * about. A value object; every one that exists is valid, so that its words may stand in a dialplan. It never speaks to the
 * service or the database itself.
 *
 *   Settings::latest(callable $ask, ?string $stored, array &$problems): Settings
 *       $ask():array gives the body of GET /v1/dialplan, decoded, or throws. Where it throws or makes no sense, the last
 *       good values are taken ($stored, what toStored() gave), or the defaults. Never throws; adds lines to $problems.
 *   Settings::fromService(array $body): Settings    throws \InvalidArgumentException
 *   Settings::defaults(): Settings
 *   $settings->toStored(): string                   to be kept for the next time, after every answer that was good
 */

namespace FreePBX\modules\Devicelock\Dialplan;

final class Settings
{
	/** A number as it is dialled, or a pattern of a fixed length. The service's configuration has the same rule. */
	const NUMBER = '/^(?:[0-9*#+]{1,32}|_(?:[0-9*#+XZN]|\[[0-9*#-]{1,16}\]){1,32})$/D';

	/** No name: Asterisk would look it up for every call. */
	const GATE = '/^(?:([0-9.]{7,15})|\[([0-9A-Fa-f:.]{2,45})\]):([0-9]{1,5})$/D';

	const DEFAULT_CODE = '*55';

	/** As it is dialled; "" is none. */
	const FEATURE_CODE = '/^(?:[*#][0-9*#]{1,7})?$/D';

	const MOST_NUMBERS = 100;

	/** @var string address:port */
	private $gate;

	/** @var string[] */
	private $emergencyNumbers;

	/** @var string allow or deny */
	private $whenUnavailable;

	/** @var string prompt or plain */
	private $refusal;

	/** @var string */
	private $featureCode;

	private function __construct(string $gate, array $emergencyNumbers, string $whenUnavailable, string $refusal, string $featureCode)
	{
		$this->gate = $gate;
		$this->emergencyNumbers = $emergencyNumbers;
		$this->whenUnavailable = $whenUnavailable;
		$this->refusal = $refusal;
		$this->featureCode = $featureCode;
	}

	public static function latest(callable $ask, ?string $stored, array &$problems): self
	{
		try {
			return self::fromService($ask());
		} catch (\Throwable $fault) {
			$why = $fault->getMessage();
		}
		try {
			if ($stored !== null && $stored !== '') {
				$settings = self::fromService((array) json_decode($stored, true));
				$problems[] = "The Device Lock service could not be asked for its settings ($why): the dialplan was written with the last ones known. Start the service, then Apply Config again.";
				return $settings;
			}
		} catch (\Throwable $fault) {
			$why .= '; the last ones known are damaged: ' . $fault->getMessage();
		}
		$problems[] = "The Device Lock service could not be asked for its settings ($why): the dialplan was written with the defaults. Start the service, then Apply Config again.";
		return self::defaults();
	}

	public static function defaults(): self
	{
		return new self('127.0.0.1:4580', ['911', '112', '933'], 'allow', 'prompt', self::DEFAULT_CODE);
	}

	public static function fromService(array $body): self
	{
		$gate = self::text($body, 'gate');
		if (!preg_match(self::GATE, $gate, $found) || !self::isAddress($found[1], $found[2]) || (int) $found[3] < 1 || (int) $found[3] > 65535) {
			throw new \InvalidArgumentException('its gate is no IP address and port');
		}
		$numbers = $body['emergencyNumbers'] ?? null;
		if (!is_array($numbers) || count($numbers) > self::MOST_NUMBERS) {
			throw new \InvalidArgumentException('its emergencyNumbers are no list of ' . self::MOST_NUMBERS . ' at the most');
		}
		foreach ($numbers as $number) {
			if (!is_string($number) || !preg_match(self::NUMBER, $number)) {
				throw new \InvalidArgumentException('one of its emergencyNumbers is neither a number nor a pattern');
			}
		}
		// One that an older service gave, or that was stored then, has none.
		$featureCode = $body['featureCode'] ?? self::DEFAULT_CODE;
		if (!is_string($featureCode) || !preg_match(self::FEATURE_CODE, $featureCode)) {
			throw new \InvalidArgumentException('its featureCode is none');
		}
		return new self(
			$gate,
			array_values(array_unique($numbers)),
			self::choice($body, 'whenUnavailable', ['allow', 'deny']),
			self::choice($body, 'refusal', ['prompt', 'plain']),
			$featureCode
		);
	}

	public function toStored(): string
	{
		return (string) json_encode($this->toArray());
	}

	/** As the service's answer has it. */
	public function toArray(): array
	{
		return [
			'gate' => $this->gate,
			'emergencyNumbers' => $this->emergencyNumbers,
			'whenUnavailable' => $this->whenUnavailable,
			'refusal' => $this->refusal,
			'featureCode' => $this->featureCode,
		];
	}

	/** An IP address and a port, as the dialplan dials it. */
	public function gate(): string
	{
		return $this->gate;
	}

	/** @return string[] numbers, and patterns that begin with _ */
	public function emergencyNumbers(): array
	{
		return $this->emergencyNumbers;
	}

	/** allow or deny; only to be shown: the service itself keeps it in AstDB for the gate. */
	public function whenUnavailable(): string
	{
		return $this->whenUnavailable;
	}

	/** prompt or plain; only to be shown: the service itself keeps it in AstDB for the gate. */
	public function refusal(): string
	{
		return $this->refusal;
	}

	/** What a person dials before a one-time code; "" where there is none. */
	public function featureCode(): string
	{
		return $this->featureCode;
	}

	private static function isAddress(string $four, string $six): bool
	{
		return $four !== ''
			? filter_var($four, FILTER_VALIDATE_IP, FILTER_FLAG_IPV4) !== false
			: filter_var($six, FILTER_VALIDATE_IP, FILTER_FLAG_IPV6) !== false;
	}

	private static function text(array $body, string $name): string
	{
		$value = $body[$name] ?? null;
		if (!is_string($value)) {
			throw new \InvalidArgumentException("its answer has no $name");
		}
		return $value;
	}

	private static function choice(array $body, string $name, array $choices): string
	{
		$value = self::text($body, $name);
		if (!in_array($value, $choices, true)) {
			throw new \InvalidArgumentException("its $name is none of " . implode(', ', $choices));
		}
		return $value;
	}
}
