<?php
/**
 * fwconsole devicelock VERB …: hands everything to the command device-lock, which has the help, the tables and the exit
 * codes (0 done, 1 could not, 2 usage). It adds nothing but FreePBX's way of saying it.
 */

namespace FreePBX\Console\Command;

use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

class Devicelock extends Command
{
	const COMMAND = '/usr/local/bin/device-lock';
	const VERBS = ['status', 'extensions', 'show', 'lock', 'unlock', 'clear', 'violations', 'doctor'];

	protected function configure()
	{
		$this->setName('devicelock')
			->setDescription(_('Device Lock: ') . implode('|', self::VERBS))
			->addArgument('words', InputArgument::IS_ARRAY, _('A verb, and what belongs to it: see device-lock VERB --help'));
		// The options are the command's own.
		$this->ignoreValidationErrors();
	}

	protected function execute(InputInterface $input, OutputInterface $output)
	{
		$said = $_SERVER['argv'] ?? [];
		$at = array_search('devicelock', $said, true);
		$words = $at === false ? [] : array_slice($said, $at + 1);
		if (!in_array($words[0] ?? '', self::VERBS, true)) {
			$output->writeln('usage: fwconsole devicelock ' . implode('|', self::VERBS) . ' …');
			return 2;
		}
		if (!is_executable(self::COMMAND)) {
			$output->writeln('The command device-lock is not on this host. Where the service runs on another one, use it there; else install it with scripts/install.');
			return 1;
		}
		passthru(implode(' ', array_map('escapeshellarg', array_merge([self::COMMAND], $words))), $code);
		return (int) $code;
	}
}
