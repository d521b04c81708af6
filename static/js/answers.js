/* The answers on the page, read as the server reads them (QuestionType.page_shape), in the definition's order whatever
   order is shown; and the words they put into later texts. Plain ES2015. */
(function (root) {
  'use strict';
  var SILENT = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, NUMERIC = /^-?[0-9]{1,15}([.][0-9]{1,15})?$/;
  /* A number as people type it: full-width digits, thousands parted by commas or spaces. */
  function number(text) {
    var bare = text.replace(/[\uff01-\uff5e]/g, function (sign) { return String.fromCharCode(sign.charCodeAt(0) - 65248); }).replace(/[,、\s]/g, '').replace(/[^0-9.]+$/, '');
    return NUMERIC.test(bare) ? Number(bare) : text;
  }
  function list(value) { return Array.isArray(value); }

  /* `inputs` must be taken before anything is shuffled. */
  function Answers(inputs) {
    var byName = {}, names = [];
    inputs.forEach(function (input) {
      if (!input.name) { return; }
      if (!Object.prototype.hasOwnProperty.call(byName, input.name)) { byName[input.name] = []; names.push(input.name); }
      byName[input.name].push(input);
    });
    this.inputs = inputs;
    this.byName = byName;
    this.names = names;
  }
  Answers.prototype.all = function (name) {
    var held = Object.prototype.hasOwnProperty.call(this.byName, name) ? this.byName[name] : [];
    return held.filter(function (input) { return !/radio|checkbox/.test(input.type) || input.checked; })
      .map(function (input) { return input.value.replace(/\r\n?/g, '\n').replace(SILENT, '').trim(); })
      .filter(function (value) { return value !== ''; });
  };
  /* The names under `id.`, as pairs of the name and what stands after the dot. */
  Answers.prototype.under = function (id) {
    return this.names.filter(function (name) { return name.indexOf(id + '.') === 0; })
      .map(function (name) { return [name, name.slice(id.length + 1)]; });
  };
  Answers.prototype.one = function (item, name) {
    var value = this.all(name)[0];
    return value !== undefined && item.numbers.indexOf(name) >= 0 ? number(value) : value;
  };
  Answers.prototype.shapes = {
    one: function (item) { return this.one(item, item.id); },
    list: function (item) { return this.all(item.id); },
    rows: function (item) {
      var held = {}, self = this;
      this.under(item.id).forEach(function (pair) {
        var value = self.one(item, pair[0]), dot = pair[1].indexOf('.');
        if (value === undefined) { return; }
        if (dot < 0) { held[pair[1]] = value; return; }
        var row = pair[1].slice(0, dot);
        held[row] = held[row] || {};
        held[row][pair[1].slice(dot + 1)] = value;
      });
      return held;
    },
    row_lists: function (item) {
      var held = {}, self = this;
      this.under(item.id).forEach(function (pair) { var some = self.all(pair[0]); if (some.length) { held[pair[1]] = some; } });
      return held;
    },
    order: function (item) {
      var places = [], self = this;
      this.under(item.id).forEach(function (pair) { var place = +self.all(pair[0])[0]; if (place) { places.push([place, pair[1]]); } });
      return places.sort(function (one, other) { return one[0] - other[0]; }).map(function (pair) { return pair[1]; });
    },
    amounts: function (item) {
      var held = {}, self = this;
      this.under(item.id).forEach(function (pair) {
        var value = number(self.all(pair[0])[0] || '');
        if (typeof value === 'number') { held[pair[1]] = value; }
      });
      return held;
    },
    levels: function (item) {
      var self = this;
      return this.under(item.id).map(function (pair) { return self.all(pair[0])[0]; }).filter(function (value) { return value !== undefined; });
    },
    fields: function (item) { return this.shapes.rows.call(this, item); }
  };
  Answers.prototype.read = function (items) {
    var held = {}, self = this;
    items.forEach(function (item) {
      if (item.text) { return; }
      var value = self.shapes[item.shape].call(self, item);
      if (value === undefined || (typeof value === 'object' && !Object.keys(value).length)) { return; }
      held[item.id] = value;
      item.keys.forEach(function (key) {
        var option = key.slice(item.id.length + 1), own = key === item.id ? undefined : self.all(key)[0];
        if (own !== undefined && (list(value) ? value.indexOf(option) >= 0 : value === option)) { held[key] = own; }
      });
    });
    return held;
  };
  /* Whether an answer satisfies the item: `need` parts of a grid, places of a ranking, the total of a sum. */
  function complete(item, kept) {
    var value = Object.prototype.hasOwnProperty.call(kept, item.id) ? kept[item.id] : undefined;
    if (value === undefined) { return false; }
    if (item.total) { return root.xsRules.sum(value) === item.total; }
    if (typeof value !== 'object') { return true; }
    var count = Object.keys(value).reduce(function (sum, key) {
      var inner = value[key];
      return sum + (item.shape === 'rows' && typeof inner === 'object' ? Object.keys(inner).length : 1);
    }, 0);
    return count >= (item.need || 1);
  }
  /* The words of an answer, for the places that show it; pipes within them are not followed. */
  function words(item, kept, between) {
    var value = item ? kept[item.id] : undefined;
    if (value === undefined) { return '…'; }
    function told(one) {
      if (typeof one === 'object') { return Object.keys(one).map(function (key) { return told(one[key]); }).join(between); }
      var own = kept[item.id + '_' + one];
      return own || (Object.prototype.hasOwnProperty.call(item.words, one) ? item.words[one] : String(one));
    }
    return (list(value) ? value.map(told).join(item.shape === 'levels' ? ' / ' : between) : told(value)).replace(/\{\{[^}]*\}\}/g, '…') || '…';
  }

  /* An order drawn for this page and kept nowhere: not in the draft, not in what is sent. What is fixed keeps its place. */
  function draw(below) {
    if (!root.crypto || !root.crypto.getRandomValues) { return Math.floor(Math.random() * below); }
    var few = new Uint32Array(1), limit = Math.floor(4294967296 / below) * below;
    do { root.crypto.getRandomValues(few); } while (few[0] >= limit);
    return few[0] % below;
  }
  function arrange(parent, order) { order.forEach(function (child) { parent.appendChild(child); }); }
  function shuffle(parent, only) {
    var before = [].slice.call(parent.children), after = before.slice();
    var free = before.map(function (child, i) { return i; }).filter(function (i) {
      return !before[i].hasAttribute('data-fixed') && (!only || before[i].matches(only));
    });
    for (var i = free.length - 1; i > 0; i--) {
      var k = draw(i + 1), kept = after[free[i]];
      after[free[i]] = after[free[k]];
      after[free[k]] = kept;
    }
    arrange(parent, after);
    return function () { arrange(parent, before); };
  }
  root.xsAnswers = { Answers: Answers, complete: complete, words: words, shuffle: shuffle };
})(window);
