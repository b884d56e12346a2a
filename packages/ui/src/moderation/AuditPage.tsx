import { useCallback, useMemo } from 'react';
import type { AuditItem } from '@parley/protocol';
import { AddressLink } from '../address/AddressLink.tsx';
import { useAddress } from '../address/address.ts';
import { useClient } from '../hooks/parley-provider.tsx';
import { useLoaded } from '../loading/use-loaded.ts';
import { Avatar } from '../primitives/Avatar.tsx';
import { classes } from '../primitives/class-names.ts';
import { FilterBar, type FilterField } from './FilterBar.tsx';
import { auditFilterKeys, auditQuery, parseCursor, parseFilters, type AuditFilterKey } from './filters.ts';
import { Pager } from './Pager.tsx';
import { PanelNote, PanelProblem } from './PanelNote.tsx';
import { sayReason } from './reasons.ts';
import type { SectionProps } from './sections.ts';
import { TableSkeleton } from './TableSkeleton.tsx';
import { useModerationWords } from './use-moderation-words.ts';
import { usePage } from './use-page.ts';

/** Who looked at or did what, when and why. */
export function AuditPage({ base }: SectionProps) {
  const words = useModerationWords();
  const client = useClient();
  const page = usePage(auditFilterKeys);
  const { search } = useAddress();
  const query = useMemo(
    () => auditQuery(parseFilters(search, auditFilterKeys), parseCursor(search)),
    [search],
  );
  const list = useLoaded(useCallback(() => client.call('listAudit', { query }), [client, query]));
  const items = list.data?.items ?? [];
  const filtered = Object.keys(page.filters).length > 0;
  const fields: FilterField<AuditFilterKey>[] = [
    { key: 'actor', label: words.say('mod.filter.actor'), kind: 'id' },
    { key: 'action', label: words.say('mod.filter.action'), kind: 'id' },
    { key: 'conversationId', label: words.say('mod.filter.conversationId'), kind: 'id' },
  ];
  return (
    <section className="parley-mod-page" aria-labelledby="parley-mod-title" aria-busy={list.loading}>
      <header className="parley-mod-head">
        <h1 id="parley-mod-title">{words.say('mod.nav.audit')}</h1>
      </header>
      <FilterBar
        label={words.say('mod.filter-audit')}
        fields={fields}
        filters={page.filters}
        onChange={page.setFilters}
        onClear={() => page.setFilters({})}
      />
      <div className="parley-mod-fill">
        {list.problem && <PanelProblem problem={list.problem} onRetry={list.reload} />}
        {!list.data && list.loading && <TableSkeleton />}
        {!list.problem && items.length > 0 && <AuditTable base={base} items={items} stale={list.loading} />}
        {!list.problem && !list.loading && items.length === 0 && (
          <PanelNote
            icon="log"
            title={words.say(filtered ? 'mod.empty.filtered' : 'mod.empty.audit')}
            hint={words.say('mod.empty.audit-hint')}
          />
        )}
      </div>
      <Pager page={page} next={list.data?.nextCursor ?? null} />
    </section>
  );
}

function AuditTable(props: { base: string; items: readonly AuditItem[]; stale: boolean }) {
  const words = useModerationWords();
  const heads = ['time', 'who', 'did', 'what', 'why'] as const;
  return (
    <table
      className={classes('parley-mod-table', 'parley-cards', 'parley-audit', props.stale && 'parley-stale')}
    >
      <caption className="parley-unseen">{words.say('mod.table.audit')}</caption>
      <colgroup>
        {heads.map((head) => (
          <col key={head} className={`parley-col-${head}`} />
        ))}
      </colgroup>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col" aria-sort={head === 'time' ? 'descending' : undefined}>
              {words.say(`mod.audit.${head}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.items.map((item) => (
          <AuditRow key={item.id} base={props.base} item={item} />
        ))}
      </tbody>
    </table>
  );
}

/** `2026-11-24 14:52:07`, in UTC, as records are compared in. */
const utc = (at: string) => at.slice(0, 19).replace('T', ' ');

/** The end of an id, in which ids made at about the same time differ. */
const tail = (id: string) => `…${id.slice(-8)}`;

function AuditRow({ base, item }: { base: string; item: AuditItem }) {
  const words = useModerationWords();
  return (
    <tr>
      <td className="parley-mod-meta parley-cell-time">
        <time dateTime={item.at} title={words.full(new Date(item.at))}>
          {utc(item.at)}
        </time>
      </td>
      <td className="parley-cell-who">
        <span className="parley-mod-row">
          <Avatar id={item.actor} name={item.actor} />
          <span className="parley-mod-one">{item.actor}</span>
        </span>
      </td>
      <td className="parley-cell-text">
        <span className="parley-mod-chip" data-tone="plain">
          {item.action}
        </span>
      </td>
      <td className={classes('parley-cell-text', !item.conversationId && !item.userId && 'parley-cell-drop')}>
        {item.conversationId !== undefined && (
          <AddressLink
            className="parley-mod-one"
            href={`${base}/conversations/${item.conversationId}`}
            title={item.conversationId}
          >
            {words.say('mod.audit.conversation', { id: tail(item.conversationId) })}
          </AddressLink>
        )}
        {item.userId !== undefined && (
          <span className="parley-mod-one parley-mod-meta">
            {words.say('mod.audit.person', { id: item.userId })}
          </span>
        )}
      </td>
      <td className={classes('parley-cell-text', !item.reason && !item.note && 'parley-cell-drop')}>
        {item.reason !== undefined && <span className="parley-mod-one">{sayReason(words, item.reason)}</span>}
        {item.note !== undefined && <span className="parley-mod-one parley-mod-meta">{item.note}</span>}
      </td>
    </tr>
  );
}
