/** Number of characters in the name of a generation. */
export const GENERATION_LENGTH = 16;

/**
 * Keys that all scripts begin with.
 *
 * - The state: `generation`, `epoch` (number of its drops), `opens` (moment before which nothing is read or stored), `run` (id of
 *   the server's run).
 * - The drops: a table with the number of the last drop of each slot, behind the generation that it belongs to.
 * - The gateways: the end of the lease of each.
 *
 * Redis may lose any of them: without the state, or with a table of another generation, everything is forgotten.
 */
const STATE = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local generation, epoch, opens, run = unpack(redis.call('hmget', KEYS[1], 'generation', 'epoch', 'opens', 'run'))
if generation and redis.call('getrange', KEYS[2], 0, ${GENERATION_LENGTH - 1}) ~= generation then generation = false end
epoch, opens = tonumber(epoch), tonumber(opens)
`;

/**
 * Renews the lease of a gateway. Begins a new generation, which opens once all gateways have had time to come back, if something
 * may have been missed: a drop of this gateway, one of a gateway whose lease is over, or any if Redis was started anew or emptied.
 */
export const JOIN = `${STATE}
local id, lease, ends, server, fresh, forgets = unpack(ARGV)
ends = tonumber(ends) or now + lease
if forgets == '1' or not generation or run ~= server or ends < now
  or redis.call('zcount', KEYS[3], '-inf', '(' .. now) > 0 then
  generation, epoch, opens, ends = fresh, 0, now + lease, now + lease
  redis.call('zremrangebyscore', KEYS[3], '-inf', '(' .. now)
  redis.call('unlink', KEYS[1], KEYS[2])
  redis.call('setrange', KEYS[2], 0, generation)
  redis.call('hset', KEYS[1], 'generation', generation, 'epoch', epoch, 'opens', opens, 'run', server)
end
redis.call('zadd', KEYS[3], ends, id)
return { now, generation, epoch, opens }`;

/** Reads entries. Gives nothing if the gateway has to join again, because it isn't known or a lease is over. */
export const LOOKUP = `${STATE}
local first = redis.call('zrange', KEYS[3], 0, 0, 'withscores')
if not generation or not first[2] or tonumber(first[2]) < now or not redis.call('zscore', KEYS[3], ARGV[1]) then
  return false
end
local reply = { now, generation, epoch, opens }
if now < opens then return reply end
for index = 4, #KEYS do
  local value = redis.call('get', KEYS[index])
  local found = false
  if value and #value > 24 then
    local written, since, count, place = struct.unpack('>c${GENERATION_LENGTH}I6I2', value)
    if written == generation then
      local slots = {}
      for _ = 1, count do
        local slot
        slot, place = struct.unpack('>I4', value, place)
        slots[#slots + 1] = 'get'
        slots[#slots + 1] = 'u48'
        slots[#slots + 1] = '#' .. slot
      end
      found = string.sub(value, place)
      for _, drop in ipairs(redis.call('bitfield', KEYS[2], unpack(slots))) do
        if drop > since then found = false end
      end
    end
  end
  reply[#reply + 1] = found
end
return reply`;

/** Notes a drop of slots. */
export const DROP = `${STATE}
if not generation then return false end
epoch = redis.call('hincrby', KEYS[1], 'epoch', 1)
for _, slot in ipairs(ARGV) do redis.call('bitfield', KEYS[2], 'set', 'u48', '#' .. slot, epoch) end
return { now, generation, epoch, opens }`;
