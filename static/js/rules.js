/* The rule language of questions/rules.py and the path of questions/paths.py, judged in the browser from the same
   definition; a test holds both to the same verdict. Plain ES2015; no page is needed to run it. */
(function (root) {
  'use strict';
  var HUGE = 1e15, PLACE = /^[1-9][0-9]{0,2}$/, NUMBER = /^-?[0-9]{1,15}(\.[0-9]{1,15})?$/, MOMENT = /^([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2})$/;
  var END = 'end', list = Array.isArray;
  function has(thing, key) { return Object.prototype.hasOwnProperty.call(thing, key); }
  function maps(value) { return value !== null && typeof value === 'object' && !list(value); }
  function size(value) { return list(value) ? value.length : Object.keys(value).length; }
  function each(value) { return list(value) ? value : [value]; }
  function sum(shares) { return Object.keys(shares).reduce(function (all, key) { return all + shares[key]; }, 0); }
  function plain(value) { return String(value); }

  function part(value, name) {
    if (maps(value)) {
      if (has(value, name)) { return value[name]; }
      var row = Object.keys(value).filter(function (key) { return maps(value[key]) && name.indexOf(key + '.') === 0; })[0];
      if (row === undefined) { return null; }
      var inner = name.slice(row.length + 1);
      return has(value[row], inner) ? value[row][inner] : null;
    }
    return list(value) && PLACE.test(name) && +name <= value.length ? value[+name - 1] : null;
  }
  function given(answers, item, name) {
    var value = has(answers, item) ? answers[item] : null;
    if (name) { value = part(value, name); }
    if (value === undefined || value === null || value === '') { return null; }
    return typeof value === 'object' && !size(value) ? null : value;
  }
  function number(value) {
    if (typeof value === 'string') { return NUMBER.test(value) ? Number(value) : null; }
    return typeof value === 'number' && Math.abs(value) < HUGE ? value : null;
  }
  function ordered(low, op, high) {
    var moments = typeof low === 'string' && typeof high === 'string' && low.length === high.length && MOMENT.test(low) && MOMENT.test(high);
    if (!moments) {
      low = number(low); high = number(high);
      if (low === null || high === null) { return false; }
    }
    return op === '>' ? low > high : op === '>=' ? low >= high : op === '<' ? low < high : low <= high;
  }
  function contains(held, wanted) {
    var sought = each(wanted).map(plain);
    if (list(held)) {
      var among = held.map(plain);
      return sought.every(function (one) { return among.indexOf(one) >= 0; });
    }
    return typeof held === 'string' && sought.every(function (one) { return held.toLowerCase().indexOf(one.toLowerCase()) >= 0; });
  }
  function compare(rule, answers) {
    var op = rule.op || '==', held = given(answers, rule.item, rule.row), wanted = rule.value;
    if (held === null) { return false; }
    if (op === 'answered') { return true; }
    if (rule.count) { held = typeof held === 'object' ? size(held) : 1; }
    if (maps(wanted)) { wanted = given(answers, wanted.item, wanted.row); }
    if (wanted === undefined || wanted === null || maps(held) || maps(wanted)) { return false; }
    if (op === '>' || op === '>=' || op === '<' || op === '<=') { return ordered(held, op, wanted); }
    if (op === 'contains') { return contains(held, wanted); }
    var among = each(wanted).map(plain), found = each(held).some(function (one) { return among.indexOf(plain(one)) >= 0; });
    return op === '==' || op === 'in' ? found : !found;
  }
  function holds(rule, answers) {
    function so(one) { return holds(one, answers); }
    if (rule.all) { return rule.all.every(so); }
    if (rule.any) { return rule.any.some(so); }
    if (rule.not) { return !holds(rule.not, answers); }
    return compare(rule, answers);
  }
  function names(rule) {
    var inner = rule.all || rule.any || (rule.not ? [rule.not] : null);
    if (inner) { return inner.reduce(function (found, one) { return found.concat(names(one)); }, []); }
    return maps(rule.value) ? [rule.item, rule.value.item] : [rule.item];
  }

  /* An item is { id, section, keys, rules, jumps: [{if, to}], options, only: {option: rule} }; `full` puts back what
     surveys/browser.py left out because it is usual. */
  function full(items) {
    return items.map(function (item) {
      return {
        id: item.id, section: item.section || '', shape: item.shape || 'one', text: !!item.text,
        keys: item.keys || (item.text ? [] : [item.id]), rules: item.rules || [], jumps: item.jumps || [],
        options: item.options || [], only: item.only || {}, numbers: item.numbers || [], need: item.need || 0, total: item.total || 0,
        demand: item.demand || '', words: item.words || {}
      };
    });
  }
  function offered(item, kept) {
    return item.options.filter(function (value) { return !has(item.only, value) || holds(item.only[value], kept); });
  }
  function own(item, answers) {
    var found = {};
    item.keys.forEach(function (key) { if (has(answers, key)) { found[key] = answers[key]; } });
    return found;
  }
  function among(value, item, open) {
    if (list(value)) { return value.filter(function (one) { return open.indexOf(one) >= 0; }); }
    if (!maps(value)) { return open.indexOf(value) >= 0 ? value : null; }
    var kept = {};
    Object.keys(value).forEach(function (key) {
      if (item.shape === 'amounts') { if (open.indexOf(key) >= 0) { kept[key] = value[key]; } return; }
      var inner = among(value[key], item, open);
      if (size(inner)) { kept[key] = inner; }
    });
    return kept;
  }
  function within(found, item, open) {
    var value = has(found, item.id) ? among(found[item.id], item, open) : null, kept = {};
    if (value === null || (typeof value === 'object' && !size(value)) || (item.total && sum(value) !== item.total)) { return kept; }
    Object.keys(found).forEach(function (key) {
      var option = key.slice(item.id.length + 1);
      if (key === item.id) { kept[key] = value; }
      else if (item.options.indexOf(option) < 0 || open.indexOf(option) >= 0) { kept[key] = found[key]; }
    });
    return kept;
  }
  function walk(items, answers) {
    var asked = [], kept = {}, offers = {}, places = {}, resume = 0;
    places[END] = items.length;
    for (var i = items.length - 1; i >= 0; i--) { places[items[i].section] = i; }
    items.forEach(function (item, place) { places[item.id] = place; });
    items.forEach(function (item, place) {
      if (place < resume || !item.rules.every(function (rule) { return holds(rule, kept); })) { return; }
      var open = offered(item, kept), found = own(item, answers);
      if (Object.keys(found).length && Object.keys(item.only).length) { found = within(found, item, open); }
      asked.push(item.id); offers[item.id] = open;
      Object.keys(found).forEach(function (key) { kept[key] = found[key]; });
      var jump = item.jumps.filter(function (one) { return holds(one['if'], kept); })[0];
      resume = jump ? Math.max(has(places, jump.to) ? places[jump.to] : place, place) : 0;
    });
    return { asked: asked, kept: kept, offered: offers };
  }
  /* A check fails once every item it names is answered and its rule does not hold. */
  function fails(check, kept) {
    return names(check.rule).every(function (name) { return has(kept, name); }) && !holds(check.rule, kept);
  }
  root.xsRules = { full: full, holds: holds, names: names, walk: walk, offered: offered, fails: fails, sum: sum };
})(window);
