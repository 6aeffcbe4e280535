-- Lets nothing of a budget pass for a while, or for longer where it is closed already.
-- KEYS: the budget's closing time. ARGV: now in microseconds (0: this server's clock), how long in microseconds.
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local open_at = now + tonumber(ARGV[2])
if open_at > tonumber(redis.call('GET', KEYS[1]) or '0') then
  redis.call('SET', KEYS[1], string.format('%.0f', open_at), 'PX', math.ceil(tonumber(ARGV[2]) / 1000))
end
return 1
