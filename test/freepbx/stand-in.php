<?php
/**
 * FreePBX's dialplan object as far as the module touches it, written from how the real one was seen to behave: index 0 of
 * an extension that is not there throws, a label stays on its line when something is put before it, every context
 * includes its own -custom unless told otherwise. It also reads a plain extensions.conf, to have something to splice.
 */

class extension
{
	public $data;

	public function __construct($data = '')
	{
		$this->data = $data;
	}

	public function output()
	{
		return $this->data;
	}
}

/** Some of FreePBX's lines print nothing: what follows takes their priority. */
class ext_noop_trace extends extension
{
	public function output()
	{
		return false;
	}
}

class extensions
{
	public $_exts = [];
	private $globals = [];
	private $includes = [];
	private $withoutCustom = [];

	/** Takes contexts, extensions, includes and globals; leaves out the lines for which $isLeftOut($command) is true. */
	public static function of(string $conf, ?callable $isLeftOut = null): self
	{
		$ext = new self();
		[$context, $extension] = ['', ''];
		foreach (explode("\n", $conf) as $line) {
			$line = trim(preg_replace('/(?<!\\\\);.*$/', '', $line));
			if (preg_match('/^\[(.+)\]$/', $line, $found)) {
				$context = $found[1];
			} elseif ($context === 'globals' && preg_match('/^(\w+)\s*=\s*(.*)$/', $line, $found)) {
				$ext->addGlobal($found[1], $found[2]);
			} elseif (preg_match('/^include => (.+)$/', $line, $found)) {
				$ext->addInclude($context, $found[1]);
			} elseif (preg_match('/^(?:exten => ([^,]+),1|same => n)(?:\(([\w-]+)\))?,(.+)$/', $line, $found)) {
				$extension = $found[1] !== '' ? $found[1] : $extension;
				if ($isLeftOut === null || !$isLeftOut($found[3])) {
					$ext->add($context, $extension, $found[2], new extension($found[3]));
				}
			}
		}
		return $ext;
	}

	public function add($section, $extension, $tag, $command)
	{
		$extension = " $extension ";
		$first = empty($this->_exts[$section][$extension]);
		$this->_exts[$section][$extension][] = ['basetag' => $first ? '1' : 'n', 'tag' => $tag, 'addpri' => false, 'cmd' => $command];
	}

	public function addGlobal($name, $value)
	{
		$this->globals[$name] = $value;
	}

	public function addInclude($section, $included)
	{
		$this->_exts[$section] = $this->_exts[$section] ?? [];
		$this->includes[$section][] = $included;
	}

	public function addSectionNoCustom($section, $setting)
	{
		$this->withoutCustom[$section] = $setting;
	}

	public function section_exists($section)
	{
		return isset($this->_exts[$section]);
	}

	public function splice($section, $extension, $priority, $command, $newTag = '')
	{
		$extension = " $extension ";
		if ($priority !== 0) {
			throw new LogicException('the module splices at index 0 alone');
		}
		if (!isset($this->_exts[$section][$extension][0])) {
			throw new Exception("died in splice $section $extension");
		}
		$this->_exts[$section][$extension][0]['basetag'] = 'n';
		array_unshift($this->_exts[$section][$extension], ['basetag' => '1', 'tag' => $newTag, 'addpri' => '', 'cmd' => $command]);
	}

	public function generateConf()
	{
		$output = "[globals]\n";
		foreach ($this->globals as $name => $value) {
			$output .= "$name = $value\n";
		}
		foreach ($this->_exts as $section => $extensions) {
			$output .= "\n[$section]\n";
			if (empty($this->withoutCustom[$section])) {
				$output .= "include => $section-custom\n";
			}
			foreach ($this->includes[$section] ?? [] as $included) {
				$output .= "include => $included\n";
			}
			foreach ($extensions as $extension => $lines) {
				$output .= self::extensionConf(trim($extension), $lines) . "\n";
			}
			$output .= ";--== end of [$section] ==--;\n";
		}
		return $output;
	}

	private static function extensionConf(string $extension, array $lines): string
	{
		$output = '';
		$pending = false;
		foreach ($lines as $line) {
			$command = $line['cmd']->output();
			$basetag = $pending ?: $line['basetag'];
			$pending = $command === false && $basetag == '1' ? '1' : false;
			if ($command !== false) {
				$output .= "exten => $extension,$basetag" . ($line['tag'] ? "({$line['tag']})" : '') . ",$command\n";
			}
		}
		return $output;
	}
}
