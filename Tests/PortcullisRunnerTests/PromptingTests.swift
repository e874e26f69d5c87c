import PortcullisChecks
import PortcullisCore
import Testing

@testable import PortcullisRunner

@Suite struct WritingPrompts {
  private func messages(_ prompt: TargetPrompt?, _ testCase: Case, turn: Int = 0, earlier: [String] = []) throws -> [String] {
    try Prompting(prompt).messages(for: testCase, turn: turn, earlier: earlier, templates: TemplateCache()).map {
      "\($0.role.rawValue): \($0.content)"
    }
  }

  private func asking(_ text: String, vars: [(String, JSON)] = [], context: [ContextDocument] = []) -> Case {
    Case(
      id: CaseID("c")!, evalset: "e", input: .messages([Message(role: .user, content: text)]), vars: JSONObject(vars), context: context,
      checks: [CheckSpec(kind: "is-json")])
  }

  @Test func withoutAPromptTheCaseIsAskedAsItIs() throws { #expect(try messages(nil, asking("hi {{ x }}")) == ["user: hi {{ x }}"]) }

  @Test func aPromptTextIsTheSystemMessage() throws {
    #expect(try messages(.text("Be {{ tone }}."), asking("hi", vars: [("tone", .string("kind"))])) == ["system: Be kind.", "user: hi"])
  }

  @Test func aPromptThatUsesTheInputIsTheUserMessage() throws {
    #expect(try messages(.text("Q: {{ input }}"), asking("{{ 7 * 7 }} {% if %}")) == ["user: Q: {{ 7 * 7 }} {% if %}"])
  }

  @Test func aListOfMessagesGoesBeforeTheCasesOwn() throws {
    let list = TargetPrompt.messages([
      Message(role: .system, content: "s"), Message(role: .user, content: "u"), Message(role: .assistant, content: "a"),
    ])
    #expect(try messages(list, asking("hi")) == ["system: s", "user: u", "assistant: a", "user: hi"])
    let using = TargetPrompt.messages([Message(role: .system, content: "s"), Message(role: .user, content: "<{{ input }}>")])
    #expect(try messages(using, asking("hi")) == ["system: s", "user: <hi>"])
  }

  @Test func documentsAlwaysReachTheModel() throws {
    let document = ContextDocument(id: "policy", text: "14 days")
    #expect(
      try messages(.text("s"), asking("hi", context: [document])) == ["system: s", "system: Documents:\n\n[policy]\n14 days\n", "user: hi"])
    let used = TargetPrompt.text("{% for d in context %}{{ d.id }}={{ d.text }}{% endfor %}")
    #expect(try messages(used, asking("hi", context: [document])) == ["system: policy=14 days", "user: hi"])
  }

  @Test func anEvalsetsTemplateIsFilledFromTheCase() throws {
    let testCase = Case(
      id: CaseID("c")!, evalset: "e", input: .template(PromptText("Hello {{ name }}")),
      vars: JSONObject([("name", .string("{{ input }}"))]),
      checks: [CheckSpec(kind: "is-json")])
    #expect(try messages(.text("s"), testCase) == ["system: s", "user: Hello {{ input }}"])
  }

  @Test func anUndefinedVariableIsAnError() {
    #expect(throws: TemplateProblem.self) { try messages(.text("{{ nobody }}"), asking("hi")) }
  }

  @Test func aConversationHoldsItsEarlierAnswers() throws {
    let talk = Case(
      id: CaseID("c")!, evalset: "e",
      input: .turns([.init(user: "one", checks: []), .init(user: "two", checks: [CheckSpec(kind: "is-json")])]), checks: [])
    #expect(try messages(.text("s"), talk, turn: 1, earlier: ["first"]) == ["system: s", "user: one", "assistant: first", "user: two"])
  }

  @Test func onlyAPromptWithoutTagsIsStatic() throws {
    #expect(try Prompting(.text("plain")).isStatic)
    #expect(try Prompting(nil).isStatic)
    #expect(try !Prompting(.text("{{ input }}")).isStatic)
  }
}
