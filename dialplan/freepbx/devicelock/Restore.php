<?php
/** Hands back to the service what a backup holds: checked by it, and all or nothing. */

namespace FreePBX\modules\Devicelock;

use FreePBX\modules\Backup as Base;

class Restore extends Base\RestoreBase
{
	public function runRestore()
	{
		$document = $this->getConfigs()['document'] ?? null;
		if (!is_array($document)) {
			$this->log('This backup holds nothing of Device Lock.', 'WARNING');
			return;
		}
		// An empty list of policies is an object to the service.
		$document['policies'] = (object) ($document['policies'] ?? []);
		try {
			$this->FreePBX->Devicelock->api()->post('/v1/import', ['document' => $document]);
		} catch (ApiError $error) {
			$this->log('Device Lock was not restored: ' . $error->words(), 'ERROR');
		}
	}
}
