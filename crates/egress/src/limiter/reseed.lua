-- Adds grants that were made while this store was away.
-- KEYS: the budget's log. ARGV: how long a key lives at least in milliseconds, then the grants in microseconds.
local all = redis.call('LRANGE', KEYS[1], 0, -1)
for grant = 2, #ARGV do all[#all + 1] = ARGV[grant] end
table.sort(all, function(left, right) return tonumber(left) < tonumber(right) end)
redis.call('DEL', KEYS[1])
for _, grant in ipairs(all) do redis.call('RPUSH', KEYS[1], grant) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return #all
