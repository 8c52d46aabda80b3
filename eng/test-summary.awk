# Reads the test report (.trx): prints the skipped tests with their reasons, then the failed ones, then "N passed, N failed, N skipped".
# Works with any awk; exits 1 when a test failed or none ran.

function attribute(name,    from) {
    from = index($0, " " name "=\"")
    if (from == 0) return ""
    from += length(name) + 3
    return substr($0, from, index(substr($0, from), "\"") - 1)
}

function plain(xml) {
    gsub(/&lt;/, "<", xml)
    gsub(/&gt;/, ">", xml)
    gsub(/&quot;/, "\"", xml)
    gsub(/&apos;/, "'", xml)
    gsub(/&amp;/, "\\&", xml)
    return xml
}

/^ *<UnitTestResult / {
    outcome = attribute("outcome")
    test = plain(attribute("testName"))
    if (outcome == "NotExecuted") skipped[++skips] = test
    else if (outcome != "Passed") failed[++failures] = test
}

# The reason of a skip; of a longer one the first line is enough here.
/^ *<Message>/ && outcome == "NotExecuted" {
    sub(/^ *<Message>/, "")
    sub(/<\/Message>.*/, "")
    skipped[skips] = skipped[skips] ": " plain($0)
    outcome = ""
}

/^ *<Counters / {
    executed = attribute("executed")
    passed = attribute("passed")
}

END {
    for (i = 1; i <= skips; i++) print "skipped  " skipped[i]
    for (i = 1; i <= failures; i++) print "FAILED   " failed[i]
    if (executed == 0) print "No test ran."
    printf "%d passed, %d failed, %d skipped\n", passed, executed - passed, skips
    exit executed == 0 || executed != passed
}
