<?php
/** Runs every minute: brings FreePBX's notices in step with what the service knows. */

namespace FreePBX\modules\Devicelock;

use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

class Job implements \FreePBX\Job\TaskInterface
{
	public static function run(InputInterface $input, OutputInterface $output)
	{
		\FreePBX::Devicelock()->watch();
		return true;
	}
}
