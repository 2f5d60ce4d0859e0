-- The playground's own world. Nothing outside connectors/playground reads it; roles of the product get no grant.
drop schema if exists playground cascade;
create schema playground;
revoke all on schema playground from public;
create table playground.world (creators int not null, seed bigint not null, made_at timestamptz not null, revision text not null);
create table playground.creator (number int not null, handle text not null, facts json not null);
create table playground.trait (
    number int not null, zone text not null, wake_hour int not null, sleep_hour int not null, responsiveness int not null,
    warmth int not null, price_sensitivity int not null, wants_sample int not null, fulfilment int not null, opt_out int not null,
    spam_averse int not null, answer_minutes int not null, wants_commission_bp int not null, closed int not null);
create table playground.order_line (
    id bigint not null, number int not null, placed_at timestamptz not null, product text, price_minor bigint not null,
    quantity int not null, currency text not null);
create table playground.refund (order_line bigint not null, refunded_at timestamptz not null, quantity int not null);
create table playground.sample (
    number int not null, product text not null, asked_at timestamptz not null, shipped_at timestamptz not null,
    delivered_at timestamptz not null, posted_at timestamptz);
create table playground.post (
    number int not null, posted_at timestamptz not null, product text, selling boolean not null, kind text not null, views bigint not null);
create table playground.message (number int not null, brand text not null, ours boolean not null, kind text not null, at timestamptz not null);
-- What the messenger accepted, once per key, and what creators answer to it. `seq` is given when an answer is handed out.
create table playground.accepted (
    id bigint generated always as identity primary key, key text not null unique, brand bigint not null, number int not null,
    text text not null, accepted_at timestamptz not null);
create index on playground.accepted (brand, number);
create index on playground.accepted (accepted_at);
create table playground.answer (
    id bigint generated always as identity primary key, accepted bigint not null unique references playground.accepted,
    brand bigint not null, number int not null, intent text not null, text text not null, due_at timestamptz not null, seq bigint unique);
create index on playground.answer (due_at) where seq is null;
create index on playground.answer (brand, number);
create sequence playground.answer_seq;
