import { describe, expect, it } from 'vitest';
import { Inbox } from '../../sip/inbox.ts';

describe('what arrives', () => {
  it('goes to who waits, in order of waiting', async () => {
    const inbox = new Inbox<number>();
    const waiting = [inbox.next(1000), inbox.next(1000)];
    inbox.put(1);
    inbox.put(2);
    expect(await Promise.all(waiting)).toEqual([1, 2]);
  });

  it('waits for who comes later, and of too much the oldest goes', async () => {
    const inbox = new Inbox<number>();
    for (let i = 0; i < 40; i++) inbox.put(i);
    expect(await inbox.next(1)).toBe(8);
    expect(await inbox.next(1)).toBe(9);
  });

  it('is waited for no longer than the deadline', async () => {
    const inbox = new Inbox<number>();
    await expect(inbox.next(1)).rejects.toMatchObject({ fault: 'timeout' });
    inbox.put(1);
    expect(await inbox.next(1)).toBe(1);
  });

  it('is still handed out after the close, and then no more', async () => {
    const inbox = new Inbox<number>();
    inbox.put(1);
    inbox.close('gone');
    expect(await inbox.next(1000)).toBe(1);
    await expect(inbox.next(1000)).rejects.toMatchObject({ fault: 'closed', message: 'gone' });
  });

  it('ends every wait at the close', async () => {
    const inbox = new Inbox<number>();
    const waiting = inbox.next(10_000);
    inbox.close('gone');
    await expect(waiting).rejects.toMatchObject({ fault: 'closed' });
  });
});
