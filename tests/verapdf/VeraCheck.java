import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.io.PrintStream;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Runs veraPDF's validator over files and prints one tab-separated record a line.
 *
 * <p>Usage: VeraCheck FLAVOUR[,FLAVOUR] FILE... Lines: "V file flavour true|false checks" for a verdict, "R clause-test
 * count message" for each rule that failed (after its verdict), "E file flavour reason" where the validator gave up.
 */
public final class VeraCheck {
  private static final int LONGEST_MESSAGE = 300;

  private VeraCheck() {}

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    VeraGreenfieldFoundryProvider.initialise();
    for (int i = 1; i < args.length; i++) {
      for (String flavour : args[0].split(",")) {
        check(out, args[i], flavour);
      }
    }
  }

  private static void check(PrintStream out, String file, String name) {
    PDFAFlavour flavour = PDFAFlavour.fromString(name);
    if (flavour == PDFAFlavour.NO_FLAVOUR) {
      out.println(String.join("\t", "E", file, name, "veraPDF knows no such flavour"));
      return;
    }
    try (FileInputStream in = new FileInputStream(file);
        PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
      report(out, file, name, validator.validate(parser));
    } catch (Exception e) { // the validator throws many kinds; each means "no verdict"
      out.println(String.join("\t", "E", file, name, flat(e.toString())));
    }
  }

  private static void report(PrintStream out, String file, String name, ValidationResult result) {
    Map<String, Integer> counts = new TreeMap<>();
    Map<String, String> messages = new TreeMap<>();
    for (TestAssertion a : result.getTestAssertions()) {
      if (a.getStatus() == TestAssertion.Status.FAILED) {
        String rule = a.getRuleId().getClause() + "-" + a.getRuleId().getTestNumber();
        counts.merge(rule, 1, Integer::sum);
        messages.put(rule, flat(String.valueOf(a.getMessage())));
      }
    }
    out.println(String.join("\t", "V", file, name, String.valueOf(result.isCompliant()),
        String.valueOf(result.getTotalAssertions())));
    counts.forEach((rule, n) -> out.println(String.join("\t", "R", rule, n.toString(), messages.get(rule))));
  }

  private static String flat(String s) {
    String line = s.replaceAll("\\s+", " ");
    return line.substring(0, Math.min(LONGEST_MESSAGE, line.length()));
  }
}
