/**
 * The open database: what each question does to the tables. Runs on its own thread, where waiting for the disk harms
 * nobody. It decides nothing about locks or calls.
 */
import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isDamage, isRowFault } from './failure.ts';
import type { Ask, Batch, FileFacts, QuestionKind, Questions } from './messages.ts';
import type { Opened } from './opening.ts';
import { Pruner } from './retention.ts';
import { type Change, type Snapshot, StoreError } from './store.ts';
import { AccountsTable } from './tables/accounts.ts';
import { AuditTable } from './tables/audit.ts';
import { CallsTable } from './tables/calls.ts';
import { ContactsTable } from './tables/contacts.ts';
import { DeliveriesTable } from './tables/deliveries.ts';
import { EnrolmentsTable } from './tables/enrolments.ts';
import { ExtensionsTable } from './tables/extensions.ts';
import { MetaTable } from './tables/meta.ts';
import { ModelsTable } from './tables/models.ts';
import { PoliciesTable } from './tables/policies.ts';
import { ReactionsTable } from './tables/reactions.ts';
import { SettingsTable } from './tables/settings.ts';
import { SightingsTable } from './tables/sightings.ts';
import { ViolationsTable } from './tables/violations.ts';

/** Throws where it is too late to change anything. */
export type Guard = () => void;

type Handlers = { [K in QuestionKind]: (ask: Ask<K>, guard: Guard) => Questions[K]['answer'] };

export class StoreDatabase {
  readonly handlers: Handlers;
  readonly #opened: Opened;
  readonly #inode: number;
  readonly #tables;
  readonly #pruner;
  #damaged = false;

  constructor(opened: Opened) {
    const { db, path } = opened;
    this.#opened = opened;
    this.#inode = statSync(path).ino;
    this.#pruner = new Pruner(db);
    this.#tables = {
      meta: new MetaTable(db),
      settings: new SettingsTable(db),
      policies: new PoliciesTable(db),
      models: new ModelsTable(db),
      enrolments: new EnrolmentsTable(db),
      extensions: new ExtensionsTable(db),
      contacts: new ContactsTable(db),
      violations: new ViolationsTable(db),
      sightings: new SightingsTable(db),
      calls: new CallsTable(db),
      reactions: new ReactionsTable(db),
      audit: new AuditTable(db),
      deliveries: new DeliveriesTable(db),
      accounts: new AccountsTable(db),
    };
    const { meta, contacts, violations, sightings, calls, reactions, audit, deliveries, accounts } =
      this.#tables;
    this.handlers = {
      load: () => this.#load(),
      accounts: () => accounts.read(),
      commit: (change, guard) => this.#commit(change, guard),
      recovered: (_, guard) => this.#write(guard, () => meta.writeRecovered()),
      batch: (batch, guard) => this.#writeBatch(batch, guard),
      violations: (filter) => violations.read(filter),
      violationDays: (days) => violations.readDays(days),
      sightings: (filter) => sightings.read(filter),
      lastSightings: (page) => sightings.readLast(page),
      contactsSince: (page) => contacts.readSince(page),
      calls: (filter) => calls.read(filter),
      reactions: (filter) => reactions.read(filter),
      reactionsOf: (violations) => reactions.readOf(violations),
      audit: (filter) => audit.read(filter),
      deliveries: (filter) => deliveries.read(filter),
      prune: (step) => this.#pruner.step(step),
      facts: () => this.#facts(),
      close: () => this.close(),
    };
  }

  close(): undefined {
    this.#opened.db.close();
    this.#opened.lock.release();
  }

  /** Makes the next start look at every page, where the error says that one of them is broken. */
  noteDamage(error: unknown): void {
    if (this.#damaged || !isDamage(error)) return;
    this.#damaged = true;
    try {
      this.#tables.meta.writeCheckWhole(true);
    } catch {
      // The page of `meta` is broken too, and that one is looked at in every start.
    }
  }

  #load(): Snapshot {
    const { meta, settings, policies, models, extensions, contacts, violations } = this.#tables;
    const { deliveries, enrolments } = this.#tables;
    const { nextViolationId, setAside } = meta.read();
    return this.#opened.db.transaction(() => ({
      policies: policies.readAll(),
      models: models.readAll(),
      settings: settings.read(),
      extensions: extensions.readAll(),
      contacts: contacts.readAll(),
      keptContacts: contacts.readKept(),
      openViolations: violations.readOpen(),
      clearedViolations: violations.readCleared(),
      nextViolationId,
      queuedDeliveries: deliveries.readQueued(),
      lastDelivered: deliveries.readLastSent(),
      enrolments: enrolments.readAll(),
      origin:
        setAside === undefined && this.#opened.origin.kind === 'replaced' ? EXISTING : this.#opened.origin,
    }))();
  }

  #write(guard: Guard, work: () => void): undefined {
    const { path, db } = this.#opened;
    if (statSync(path, { throwIfNoEntry: false })?.ino !== this.#inode) {
      throw new StoreError(
        'failed',
        `${path} was removed or replaced while the service ran`,
        'Restart the service; what it writes now would be lost.',
      );
    }
    db.transaction(() => {
      work();
      guard();
    }).immediate();
  }

  #commit(change: Change, guard: Guard): string | undefined {
    try {
      return this.#write(guard, () => this.#apply(change));
    } catch (error) {
      if (isRowFault(error)) return (error as Error).message;
      throw error;
    }
  }

  #apply(change: Change): void {
    const { settings, policies, models, accounts, enrolments, audit } = this.#tables;
    if (change.settings !== undefined) settings.write(change.settings);
    for (const [extension, policy] of change.policies ?? []) policies.replace(extension, policy);
    for (const id of change.forgetModels ?? []) models.forget(id);
    for (const model of change.models ?? []) models.replace(model);
    for (const [name, user] of change.users ?? []) accounts.replaceUser(name, user);
    for (const [id, token] of change.tokens ?? []) accounts.replaceToken(id, token);
    for (const [extension, code] of change.enrolments ?? []) enrolments.replace(extension, code);
    for (const entry of change.audit) audit.add(entry);
  }

  /** A row that the schema refuses (a fault of ours) is left out: it must not hold up the others for ever. */
  #writeBatch(batch: Batch, guard: Guard): Questions['batch']['answer'] {
    const { meta, violations, calls, contacts, extensions, sightings, reactions, deliveries } = this.#tables;
    let refused = 0;
    let why: string | undefined;
    const each = <T>(rows: Iterable<T>, write: (row: T) => void) => {
      for (const row of rows) {
        try {
          write(row);
        } catch (error) {
          if (!isRowFault(error)) throw error;
          refused++;
          why ??= (error as Error).message;
        }
      }
    };
    this.#write(guard, () => {
      if (meta.read().lastBatch === batch.id) return;
      each(batch.violations, (violation) => {
        violations.put(violation);
        meta.useViolationId(violation.id);
      });
      each(batch.calls, (call) => calls.put(call));
      each(batch.deliveries, (delivery) => deliveries.put(delivery));
      each(batch.goneContacts, (id) => contacts.delete(id));
      each(batch.contacts, (contact) => contacts.put(contact));
      each(batch.keptContacts, ([id, stored]) => contacts.keep(id, stored));
      each(batch.reactions, (reaction) => reactions.add(reaction));
      each(batch.extensions === undefined ? [] : [batch.extensions], (all) => extensions.replaceAll(all));
      each(batch.sightings, (sighting) => sightings.add(sighting));
      meta.writeLastBatch(batch.id);
    });
    return { refused, why };
  }

  #facts(): FileFacts {
    const { path, schema } = this.#opened;
    const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    const disk = statfsSync(dirname(path));
    return { schema, bytes: size(path) + size(`${path}-wal`), freeBytes: disk.bavail * disk.bsize };
  }
}

const EXISTING = { kind: 'existing' } as const;
