package io.graft.local;

import java.util.List;
import java.util.Locale;

/** Which label was answered for which: [shown, answered]. Not thread-safe. */
final class Confusion {

    private final List<String> labels;
    private final int[][] counts;

    Confusion(List<String> labels) {
        this.labels = List.copyOf(labels);
        this.counts = new int[labels.size()][labels.size()];
    }

    void add(String shown, String answered) {
        counts[labels.indexOf(shown)][labels.indexOf(answered)]++;
    }

    int count() {
        int sum = 0;
        for (int[] row : counts) {
            for (int count : row) {
                sum += count;
            }
        }
        return sum;
    }

    /** Share of right answers, 0 to 1; 0 before the first answer. */
    double accuracy() {
        int right = 0;
        for (int label = 0; label < counts.length; label++) {
            right += counts[label][label];
        }
        return count() == 0 ? 0 : (double) right / count();
    }

    /** A table with a row for each label that was shown. */
    String table() {
        int width = Math.max(5, labels.stream().mapToInt(String::length).max().orElse(0));
        StringBuilder table = new StringBuilder(cell("", width + 2));
        labels.forEach(label -> table.append("  ").append(cell(label, width)));
        for (int shown = 0; shown < counts.length; shown++) {
            table.append(System.lineSeparator()).append(cell(labels.get(shown), width + 2));
            for (int count : counts[shown]) {
                table.append("  ").append(cell(count == 0 ? "." : Integer.toString(count), width));
            }
        }
        return table.toString();
    }

    private static String cell(String text, int width) {
        return String.format(Locale.ROOT, "%" + width + "s", text);
    }
}
