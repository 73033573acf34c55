<?php
/** FreePBX's backup takes along what operators decided: locks, modes, phone models, settings. Not what was seen. */

namespace FreePBX\modules\Devicelock;

use FreePBX\modules\Backup as Base;

class Backup extends Base\BackupBase
{
	public function runBackup($id, $transaction)
	{
		try {
			$this->addConfigs(['document' => $this->FreePBX->Devicelock->api()->get('/v1/export')]);
		} catch (ApiError $error) {
			$this->log('Device Lock is not in this backup: ' . $error->words(), 'ERROR');
		}
	}
}
