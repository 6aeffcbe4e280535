-- Charges one call to all budgets, or to none and tells how long to wait.
-- KEYS: for each budget its log, its closing time, its calls under way.
-- ARGV: now in microseconds (0: this server's clock), the call's name, for how long it may be under way at most in
--       microseconds, how soon to ask again when too many are; then for each budget: most calls at once (-1: any
--       number), how long a grant counts, how many windows, and for each window its calls and its microseconds.
-- Answers the wait in microseconds, 0 when granted, and from when the call counts.
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local free_at, arg, reaches = now, 5, {}
for key = 1, #KEYS, 3 do
  local at_once, reach, windows = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1]), tonumber(ARGV[arg + 2])
  arg = arg + 3
  reaches[key] = { reach, windows, at_once }
  local closed = redis.call('GET', KEYS[key + 1])
  if closed then free_at = math.max(free_at, tonumber(closed)) end
  -- A clock that was set back leaves grants in the future: they say nothing.
  local last = redis.call('LINDEX', KEYS[key], -1)
  if last and tonumber(last) > now + 60000000 then redis.call('DEL', KEYS[key]) end
  for _ = 1, windows do
    local nth = redis.call('LINDEX', KEYS[key], -tonumber(ARGV[arg]))
    if nth then free_at = math.max(free_at, tonumber(nth) + tonumber(ARGV[arg + 1])) end
    arg = arg + 2
  end
  if at_once >= 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[key + 2], '-inf', now)
    if redis.call('ZCARD', KEYS[key + 2]) >= at_once then free_at = math.max(free_at, now + tonumber(ARGV[4])) end
  end
end
if free_at > now then return { free_at - now, now } end
local counts_from = now
for key = 1, #KEYS, 3 do
  local reach, windows, at_once = unpack(reaches[key])
  if windows > 0 then
    -- Instants are written out: a Lua number's own text has too few digits.
    local last = tonumber(redis.call('LINDEX', KEYS[key], -1) or '0')
    counts_from = math.max(counts_from, last)
    redis.call('RPUSH', KEYS[key], string.format('%.0f', counts_from))
    while tonumber(redis.call('LINDEX', KEYS[key], 0)) + reach <= now do redis.call('LPOP', KEYS[key]) end
    redis.call('PEXPIRE', KEYS[key], math.ceil(reach / 1000) + 1000)
  end
  if at_once >= 0 then
    redis.call('ZADD', KEYS[key + 2], string.format('%.0f', now + tonumber(ARGV[3])), ARGV[2])
    redis.call('PEXPIRE', KEYS[key + 2], math.ceil(tonumber(ARGV[3]) / 1000) + 1000)
  end
end
return { 0, counts_from }
