<?php
/** Why the service did not do what was asked: a sentence, what to do, and the service's own code ("unreachable": no answer). */

namespace FreePBX\modules\Devicelock;

final class ApiError extends \RuntimeException
{
	/** @var string */
	private $kind;

	/** @var string */
	private $hint;

	public function __construct(string $kind, string $message, string $hint)
	{
		parent::__construct($message);
		$this->kind = $kind;
		$this->hint = $hint;
	}

	public function kind(): string
	{
		return $this->kind;
	}

	public function hint(): string
	{
		return $this->hint;
	}

	/** Message and hint, as one text. */
	public function words(): string
	{
		return trim($this->getMessage() . ' ' . $this->hint);
	}
}
