import { expect, test } from 'vitest';
import { readFreepbxConf } from '../../../src/customlock/freepbx-conf.ts';
import { parseBatch } from '../../../src/customlock/mysql.ts';

test('the credentials are read out of the PHP, quotes and backslashes and all', () => {
  const text = `<?php
$amp_conf['AMPDBUSER'] = 'freepbxuser';
$amp_conf["AMPDBPASS"] = "p\\"a$s";
$amp_conf['AMPDBHOST'] = 'localhost';
$amp_conf['AMPDBNAME'] = 'asterisk';
system('rm -rf /');
require_once('/var/www/html/admin/bootstrap.php');`;
  expect(readFreepbxConf(text)).toEqual({
    ...{ user: 'freepbxuser', password: 'p"a$s', host: 'localhost', database: 'asterisk', socket: undefined },
  });
});

test('a file without a user is none', () => {
  expect(readFreepbxConf('<?php\n$amp_conf["ASTETCDIR"] = "/etc/asterisk";')).toBeUndefined();
});

test("the client's escapes are undone, and NULL is none", () => {
  const text = 'ID\tUser_Agent\tcustom\n1\ta\\tb\\nc\\\\n\tNULL\n2\t\tx\n';
  expect(parseBatch(text)).toEqual([
    { id: '1', user_agent: 'a\tb\nc\\n', custom: null },
    { id: '2', user_agent: '', custom: 'x' },
  ]);
});

test('an empty table has no rows', () => {
  expect(parseBatch('')).toEqual([]);
});
