import PortcullisCore

// GitHub-flavoured Markdown. Text from models and users reaches it only through these three functions.

/// `text` as a piece of a paragraph, list or table cell: every character that could begin markup is escaped, and mentions, issue
/// numbers and links stay text.
func markdownText(_ text: some StringProtocol, limit: Int = 1000) -> String {
  var out = ""
  var previous: Unicode.Scalar = " "
  for scalar in calm(text, limit: limit).unicodeScalars {
    switch scalar {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    // An entity alone would not do: GitHub looks for mentions and issues in the finished page.
    case "@": out += "&#64;" + zeroWidthSpace
    case "#": out += "&#35;" + zeroWidthSpace
    // `GH-12` is an issue, too.
    case "-": out += previous == "H" || previous == "h" ? "\\-" + zeroWidthSpace : "\\-"
    case "!", "\"", "$", "%", "'", "(", ")", "*", "+", ",", ".", "/", ":", ";", "=", "?", "[", "\\", "]", "^", "_", "`", "{", "|", "}", "~":
      out += "\\"
      out.unicodeScalars.append(scalar)
    default: out.unicodeScalars.append(scalar)
    }
    previous = scalar
  }
  return out
}

/// `text` as a literal block, behind a fence longer than any in it.
func markdownFence(_ text: some StringProtocol, limit: Int = 4000) -> String {
  let body = calm(text, keepingLines: true, limit: limit)
  var longest = 2
  var run = 0
  for byte in body.utf8 {
    run = byte == UInt8(ascii: "`") ? run + 1 : 0
    longest = max(longest, run)
  }
  let fence = String(repeating: "`", count: longest + 1)
  return "\(fence)text\n\(body)\n\(fence)\n"
}

/// `text` within our own HTML (`<summary>`), where Markdown is not read.
func htmlText(_ text: some StringProtocol, limit: Int = 300) -> String {
  var out = ""
  for scalar in calm(text, limit: limit).unicodeScalars {
    switch scalar {
    case "&": out += "&amp;"
    case "<": out += "&lt;"
    case ">": out += "&gt;"
    case "\"": out += "&quot;"
    case "'": out += "&#39;"
    case "@": out += "&#64;" + zeroWidthSpace
    case "#": out += "&#35;" + zeroWidthSpace
    default: out.unicodeScalars.append(scalar)
    }
  }
  return out
}

private let zeroWidthSpace = "&#8203;"
