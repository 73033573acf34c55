<?php
/** FreePBX's framework as far as the module touches it: what it keeps, what it shows, what it is told. */

interface BMO
{
}

class FreePBX_Helpers
{
	/** @var array<string, array<string, mixed>> */
	public static $kept = [];

	public function __construct($freepbx)
	{
	}

	public function getConfig($name, $id = 'noid')
	{
		return self::$kept[$id][$name] ?? false;
	}

	public function setConfig($name, $value = false, $id = 'noid')
	{
		if ($value === false) {
			$this->delConfig($name, $id);
		} else {
			self::$kept[$id][$name] = $value;
		}
	}

	public function delConfig($name, $id = 'noid')
	{
		unset(self::$kept[$id][$name]);
	}

	public function deleteAll()
	{
		self::$kept = [];
	}

	public function getAll($id = 'noid')
	{
		return self::$kept[$id] ?? [];
	}
}

class Notifications
{
	/** @var array<string, array> */
	public $shown = [];

	public function add_critical($module, $id, $title, $text = '', $link = '', $reset = true, $candelete = false)
	{
		$this->shown[$id] = ['critical', $title, $text];
	}

	public function add_warning($module, $id, $title, $text = '', $link = '', $reset = true, $candelete = false)
	{
		$this->shown[$id] = ['warning', $title, $text];
	}

	public function delete($module, $id)
	{
		unset($this->shown[$id]);
	}
}

class Jobs
{
	public $jobs = [];

	public function addClass($module, $name, $class, $schedule, $longest = 30)
	{
		$this->jobs["$module/$name"] = $schedule;
	}

	public function removeAllByModule($module)
	{
		$this->jobs = [];
	}
}

/** FreePBX's own connection to Asterisk. */
class Manager
{
	public $isConnected = true;
	/** What the console prints of any context, whose name takes the place of %s. */
	public $shown = '';

	public function connected()
	{
		return $this->isConnected;
	}

	public function Command($command)
	{
		return ['data' => str_replace('%s', substr($command, strlen('dialplan show s@')), $this->shown)];
	}
}

class Settings
{
	public function get($name)
	{
		return '/etc/asterisk';
	}
}

class gui_html
{
	public $html;

	public function __construct($name, $html = '')
	{
		$this->html = $html;
	}
}

/** The Extension page. */
class Page
{
	public $elements = [];

	public function addguielem($section, $element, $sort = 5, $placement = null, $tab = 'other')
	{
		$this->elements[] = ['section' => $section, 'html' => $element->html, 'tab' => $tab];
	}
}

class Administrator
{
	public $username = 'alice';
	private $sections;

	public function __construct(array $sections)
	{
		$this->sections = $sections;
	}

	public function checkSection($name)
	{
		return in_array($name, $this->sections, true);
	}
}

/** FreePBX's own: whether the extension is one of those that this administrator may change. */
function checkRange($extension)
{
	[$low, $high] = $_SESSION['range'] ?? ['', ''];
	return ($extension >= $low && $extension <= $high) || ($low === '' && $high === '');
}
