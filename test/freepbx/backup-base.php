<?php
/** FreePBX's backup module as far as ours touches it. */

namespace FreePBX\modules\Backup;

class Base
{
	public $FreePBX;
	public $configs = [];
	public $logged = [];

	public function __construct($freepbx, array $configs = [])
	{
		$this->FreePBX = $freepbx;
		$this->configs = $configs;
	}

	public function addConfigs($configs)
	{
		$this->configs = $configs;
	}

	public function getConfigs()
	{
		return $this->configs;
	}

	public function log($message, $level = 'INFO')
	{
		$this->logged[] = "$level $message";
	}
}

class BackupBase extends Base
{
}

class RestoreBase extends Base
{
}
