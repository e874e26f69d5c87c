import PortcullisCore

// GitHub-flavoured Markdown. Text from models and users reaches it only through these three functions.

/// `text` as a piece of a paragraph, list or table cell: what could begin markup is escaped, and mentions, issue numbers, addresses and
/// emoji names stay text. GitHub looks for those in the finished page, where no escape is left: a zero-width space parts them.
func markdownText(_ text: some StringProtocol, limit: Int = 1000) -> String {
  let scalars = Array(calm(text, limit: limit).unicodeScalars)
  var out = ""
  for (place, scalar) in scalars.enumerated() {
    let previous = place > 0 ? scalars[place - 1] : " "
    let next = place + 1 < scalars.count ? scalars[place + 1] : " "
    switch scalar {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    case "@": out += "&#64;" + zeroWidthSpace
    case "#": out += "&#35;" + zeroWidthSpace
    case ":": out += next == " " ? ":" : ":" + zeroWidthSpace
    // `www.`, and `1.` at the beginning of a line.
    case ".", ")":
      if previous == "w" || previous == "W" { out += zeroWidthSpace }
      if next == " ", scalars[..<place].allSatisfy({ ("0"..."9").contains($0) }) { out += "\\" }
      out.unicodeScalars.append(scalar)
    // `GH-12`, and a list or a heading at the beginning of a line.
    case "-", "+", "=":
      if place == 0 { out += "\\" }
      out.unicodeScalars.append(scalar)
      if previous == "h" || previous == "H" { out += zeroWidthSpace }
    case "\\", "`", "*", "_", "[", "]", "|", "~", "$":
      out += "\\"
      out.unicodeScalars.append(scalar)
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}

/// `text` as a literal block, behind a fence longer than any in it.
func markdownFence(_ text: some StringProtocol, limit: Int = 4000) -> String {
  let body = withoutWorkflowCommands(calm(text, keepingLines: true, limit: limit))
  var longest = 2
  var run = 0
  for byte in body.utf8 {
    run = byte == UInt8(ascii: "`") ? run + 1 : 0
    longest = max(longest, run)
  }
  let fence = String(repeating: "`", count: longest + 1)
  return "\(fence)text\n\(body)\n\(fence)\n"
}

/// A page is printed into job logs too, where a line that begins with `::` or holds `##[` is an order to the runner: a thin space parts them.
private func withoutWorkflowCommands(_ text: String) -> String {
  guard text.contains("::") || text.contains("##[") else { return text }
  return text.replacing("::", with: ":\u{2009}:").replacing("##[", with: "##\u{2009}[")
}

/// `text` within our own HTML (`<summary>`); as inert where Markdown is read after all.
func htmlText(_ text: some StringProtocol, limit: Int = 300) -> String {
  var out = ""
  for scalar in calm(text, limit: limit).unicodeScalars {
    switch scalar {
    case "@", "#": out += "&#\(scalar.value);" + zeroWidthSpace
    case ":": out += ":" + zeroWidthSpace
    case "&", "<", ">", "\"", "'", "[", "]", "`", "*", "_", "|", "~", "$", "\\": out += "&#\(scalar.value);"
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}

private let zeroWidthSpace = "&#8203;"
