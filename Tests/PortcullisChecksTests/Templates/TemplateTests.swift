import PortcullisCore
import Testing

@testable import PortcullisChecks

private let values = parsed(
  #"""
  {"name": "Ada", "n": 3, "price": 14.90, "yes": true, "no": false, "nothing": null, "empty": [], "items": ["a", "b", "c"],
   "customer": {"name": "Bo", "club": "yearly", "first name": "Bo"}, "rows": [{"id": 1, "tags": ["x", "y"]}, {"id": 2, "tags": []}],
   "evil": "{{ name }}{% if x %}{# c #} ${HOME} <%= 1 %>", "accent": "élan", "lines": "one\ntwo\n\nthree"}
  """#
).object!

private func render(_ text: String) throws -> String { try Template(parsing: text).render(values) }

private func problem(_ text: String) -> TemplateProblem? {
  do {
    _ = try render(text)
    return nil
  } catch { return error as? TemplateProblem }
}

@Suite struct TemplateTests {
  // By hand; white space as in Jinja with trim_blocks and lstrip_blocks where a tag has its line for itself.
  @Test(arguments: [
    ("plain { text } %} }}", "plain { text } %} }}"),
    ("{{ name }}", "Ada"), ("{{name}}!", "Ada!"), ("{{ customer.name }}", "Bo"), (#"{{ customer["first name"] }}"#, "Bo"),
    ("{{ items[0] }}{{ items[-1] }}{{ items.1 }}", "acb"), ("{{ rows[1].id }}", "2"), ("{{ rows[n - 2] }}", "!"),
    ("{{ n }} {{ price }} {{ yes }}", "3 14.90 true"), ("{{ items }}", #"["a","b","c"]"#), ("{{ rows[0] }}", #"{"id":1,"tags":["x","y"]}"#),
    ("{{ 'it''s' }}", "!"), (#"{{ 'a\'b' ~ "\n" ~ n }}"#, "a'b\n3"), ("{{ '}}' }}", "}}"), ("{% if '%}' == '%}' %}y{% endif %}", "y"),
    ("{{ name | upper }}{{ name|lower }}", "ADAada"), ("{{ 'the élan of it' | title }}", "The Élan Of It"), ("{{ '  x ' | trim }}", "x"),
    ("{{ items | join(', ') }}{{ items | join }}", "a, b, cabc"), ("{{ items | length }}{{ name | length }}{{ customer | count }}", "333"),
    ("{{ name | replace('d', 'xx') }}", "Axxa"), ("{{ items | tojson }}", #"["a","b","c"]"#), ("{{ name | tojson }}", "\"Ada\""),
    ("{{ lines | indent(2) }}", "one\n  two\n\n  three"), ("{{ lines | indent(1, true) }}", " one\n two\n\n three"),
    ("{{ items | first }}{{ items | last }}{{ accent | first }}", "acé"), ("{{ 'one two three' | truncate(8) }}", "one two…"),
    ("{{ 'one two three' | truncate(8, '...') }}", "one..."), ("{{ 'one' | truncate(3) }}", "one"),
    ("{{ nobody | default('x') }}{{ nobody.name | d('y') }}{{ nothing | default(1) }}{{ no | default('z') }}", "xy1false"),
    ("{{ customer.age | default('?') | upper }}", "?"),
    ("{{ 'a' if yes else nobody }}{{ 'a' if no else 'b' if no else 'c' }}", "ac"),
    ("{% if n == 3 and not no %}y{% else %}n{% endif %}", "y"), ("{% if no or empty or nothing or '' or 0 %}y{% else %}n{% endif %}", "n"),
    ("{% if no %}1{% elif n > 5 %}2{% elif n >= 3 %}3{% else %}4{% endif %}", "3"),
    ("{% if n < 10 and name < 'B' and n <= 3 %}y{% endif %}", "y"),
    ("{% if 'b' in items and 'z' not in items and 'd' in name and 'club' in customer %}y{% endif %}", "y"),
    ("{% if price == 14.9 and items == ['a', 'b', 'c'] and n != 4 %}y{% endif %}", "y"),
    (
      "{% if nobody is defined %}y{% else %}n{% endif %}{% if nobody.x.y is not defined %}y{% endif %}{% if n is defined %}y{% endif %}",
      "nyy"
    ),
    ("{% if nothing is none and name is string and n is number and customer is mapping and items is sequence %}y{% endif %}", "y"),
    ("{% if not not yes %}y{% endif %}{{ not yes }}", "yfalse"), ("{% if (no or yes) and (n == 3) %}y{% endif %}", "y"),
    ("{% for i in items %}{{ loop.index }}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}", "1a,2b,3c"),
    (
      "{% for i in items %}{{ loop.index0 }}{{ loop.first }}{{ loop.length }}{{ loop.revindex }} {% endfor %}", "0true33 1false32 2false31 "
    ),
    ("{% for r in rows %}{{ r.id }}:{% for t in r.tags %}{{ t }}{{ loop.index }}{% else %}none{% endfor %};{% endfor %}", "1:x1y2;2:none;"),
    ("{% for k, v in customer %}{{ k }}={{ v }};{% endfor %}", "name=Bo;club=yearly;first name=Bo;"),
    ("{% for k in customer %}{{ k }};{% endfor %}", "name;club;first name;"),
    ("{% for name in items %}{{ name }}{% endfor %}{{ name }}", "abcAda"),
    ("{% for i in empty %}x{% else %}none{% endfor %}", "none"),
    ("a {#- gone -#} b", "ab"), ("a  {{- n -}}  b", "a3b"), ("a\n\n{%- if yes -%}\n\n b \n{%- endif %}\nc", "abc"),
    ("{% raw %}{{ x }} {% if %}{% endraw %}!", "{{ x }} {% if %}!"), ("{# {{ broken #}x", "x"),
    ("x\n", "x"), ("x\r\n", "x"), ("x\n\n", "x\n"), ("", ""),
    ("a\n{% if yes %}\nb\n{% endif %}\nc", "a\nb\nc"), ("a\n  {% for i in items %}  \n- {{ i }}\n  {% endfor %}\nz", "a\n- a\n- b\n- c\nz"),
    ("a\n{% if yes %}{% if yes %}\nb\n{% endif %}{% endif %}\nc", "a\nb\nc"), ("a\r\n{% if yes %}\r\nb\r\n{% endif %}\r\nc", "a\r\nb\r\nc"),
    ("a {% if yes %}\nb{% endif %}\nc", "a \nb\nc"), ("{{ n }}\n{{ n }}\n", "3\n3"), ("a\n{%+ if yes +%}\nb{% endif %}", "a\n\nb"),
    ("a\n{# note\n over lines #}\nb", "a\nb"),
  ])
  func renders(template: String, wanted: String) throws {
    if wanted == "!" {
      #expect(problem(template) != nil)
    } else {
      #expect(try render(template) == wanted)
    }
  }

  @Test func valuesAreSubstitutedOnceAndNeverReadAsTemplates() throws {
    let evil = "{{ name }}{% if x %}{# c #} ${HOME} <%= 1 %>"
    #expect(try render("{{ evil }}") == evil)
    #expect(try render("{{ evil | replace('name', '{{ n }}') }}") == evil.replacing("name", with: "{{ n }}"))
    #expect(try render("{% for e in [evil] %}{{ e }}{% endfor %}") == evil)
  }

  // Line and column by hand.
  @Test(arguments: [
    ("a\n {{ nmae }}", 2, 5, "undefined variable 'nmae'", "did you mean 'name'?"),
    ("{{ customer.clubb }}", 1, 13, "no 'clubb'", "did you mean 'club'?"),
    ("ä {{ nobody.name }}", 1, 6, "undefined variable 'nobody'", ""),
    ("{{ items[3] }}", 1, 9, "no element the number 3 in a list of 3", ""),
    ("{{ name.first }}", 1, 9, "text has no part 'first'", ""),
    ("{{ nothing }}", 1, 3, "null", "default"),
    ("{% if nobody %}{% endif %}", 1, 7, "undefined variable", ""),
    ("{{ name | uper }}", 1, 11, "unknown filter 'uper'", "did you mean 'upper'?"),
    ("{{ name | replace('a') }}", 1, 11, "two texts", ""),
    ("{{ items | upper }}", 1, 12, "needs a text, not a list", ""),
    ("{{ empty | first }}", 1, 12, "no 'first' element", ""),
    ("{% iff yes %}", 1, 4, "unknown tag 'iff'", "did you mean 'if'?"),
    ("{% include 'x' %}", 1, 4, "unknown tag 'include'", ""),
    ("{% if yes %}x", 1, 4, "'if' is never closed", ""),
    ("{% for i in items %}x{% endif %}", 1, 25, "'endfor' was expected", ""),
    ("x{% endif %}", 1, 5, "without the 'if'", ""),
    ("{{ name", 1, 1, "never closed by '}}'", ""),
    ("{# x", 1, 1, "never closed by '#}'", ""),
    ("{% raw %} x", 1, 1, "never closed by '{% endraw %}'", ""),
    ("{{ 'x }}", 1, 1, "never closed", ""),
    ("{{ }}", 1, 4, "a value was expected", ""),
    ("{{ name name }}", 1, 9, "'name' was not expected", ""),
    ("{{ 1 + 1 }}", 1, 6, "'+' has no meaning", "calculations"),
    ("{{ range(3) }}", 1, 9, "cannot call functions", ""),
    ("{% if n = 3 %}{% endif %}", 1, 9, "'=' has no meaning", "=="),
    ("{% if 1 < 2 < 3 %}{% endif %}", 1, 9, "cannot be chained", ""),
    ("{% for i of items %}{% endfor %}", 1, 10, "'in' was expected", ""),
    ("{% for i in name %}{% endfor %}", 1, 13, "a list or a mapping, not text", ""),
    ("{% for k, v in items %}{% endfor %}", 1, 16, "a list has no keys", ""),
    ("{% for i in items %}{{ loop.idx }}{% endfor %}", 1, 24, "'loop'", "loop.index"),
    ("{{ loop.index }}", 1, 4, "undefined variable 'loop'", ""),
    ("{{ n is odd }}", 1, 9, "'odd' is nothing", ""),
    ("{% if yes %}{% else x %}{% endif %}", 1, 21, "nothing may follow", ""),
    ("{{ name < n }}", 1, 9, "no order", ""),
  ])
  func problemsNameTheirPlaceAndTheNearestWord(template: String, line: Int, column: Int, words: String, help: String) throws {
    let found = try #require(problem(template))
    #expect(found.message.contains(words), "\(found)")
    #expect((found.line, found.column) == (line, column), "\(found)")
    #expect((found.help ?? "").contains(help), "\(found)")
  }

  @Test func variablesAreTheNamesTheTemplateLooksAt() throws {
    let template = try Template(
      parsing:
        "{{ a.b | default(c) }}{% for x in xs %}{{ x }}{{ loop.index }}{{ input }}{% endfor %}{% if q is defined %}{{ q }}{% endif %}"
    )
    #expect(template.variables == ["a", "c", "xs", "input", "q"])
    #expect(template.uses("input") && !template.uses("x") && !template.uses("loop"))
    #expect(template.undefinedVariable(known: ["c", "xs", "input"]) == nil)
    let missing = try #require(template.undefinedVariable(known: ["c", "xs", "inputs"]))
    #expect(missing.message == "undefined variable 'input'" && missing.help == "did you mean 'inputs'?" && missing.column == 66)
  }

  @Test func growthIsBounded() throws {
    let many = JSONObject([("xs", .array(Array(repeating: .int(1), count: 2_000))), ("big", .string(String(repeating: "a", count: 3_000)))])
    func fails(_ text: String, _ words: String) {
      do {
        _ = try Template(parsing: text).render(many)
        Issue.record("rendered")
      } catch { #expect(error.message.contains(words), "\(error)") }
    }
    fails("{% for x in xs %}{{ big }}{% endfor %}", "grows beyond")
    fails("{% for x in xs %}{% for y in xs %}{% endfor %}{% endfor %}", "steps")
    fails("{{ big | replace('a', big) }}", "more than")
    fails("{{ big | replace('a', 'bb') | indent(999999) | replace('b', big) }}", "more than")
    fails("{{ xs | join(big) }}", "more than")
    fails("{% for x in xs %}{{ big ~ big ~ big }}{% endfor %}", "grows beyond")
  }

  @Test func nestingIsBounded() {
    let deep = String(repeating: "{% if yes %}", count: 60) + String(repeating: "{% endif %}", count: 60)
    #expect(problem(deep)?.message == "nested too deeply")
    #expect(
      problem("{{ " + String(repeating: "(", count: 60) + "1" + String(repeating: ")", count: 60) + " }}")?.message == "nested too deeply")
    #expect(problem("{{ name" + String(repeating: " | upper", count: 400) + " }}")?.message.contains("more than 500") == true)
    #expect(problem("{{ name" + String(repeating: " | upper", count: 240) + " }}") == nil)
  }

  @Test func aMissingChainIsFoundWithoutTryingItTwice() {
    // Each link tried twice would be 2^200 steps.
    #expect(problem("{{ nobody" + String(repeating: ".x", count: 200) + " }}")?.message == "undefined variable 'nobody'")
    #expect(problem("{{ nobody" + String(repeating: ".x", count: 200) + " | default('') }}") == nil)
  }

  // Half-finished templates, as while typing: an answer or a problem, never a trap.
  @Test func noPrefixOfATemplateTraps() {
    let text =
      "a{%- for k, v in customer -%}{{ v[0] | replace('a', \"b\") ~ n }}{# c #}{% else %}{% raw %}{{{% endraw %}{% endfor +%}\n{{ 'é' }}"
    for count in 0...text.unicodeScalars.count {
      let prefix = String(String.UnicodeScalarView(text.unicodeScalars.prefix(count)))
      if let problem = problem(prefix) { #expect(problem.line >= 1 && problem.column >= 1 && !problem.message.isEmpty) }
    }
    for count in 0...text.unicodeScalars.count {
      _ = problem(String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(count))))
    }
  }
}
