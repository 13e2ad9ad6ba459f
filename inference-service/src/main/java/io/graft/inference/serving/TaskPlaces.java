package io.graft.inference.serving;

/**
 * How many tasks a table holds: those with a version, and apart from them those that only a promotion names, so that promotions
 * of tasks that nobody trained take no place of the others. Not thread-safe.
 */
final class TaskPlaces {

    private final ServingLimits limits;
    private int versionedCount;
    private int promotedCount;

    TaskPlaces(ServingLimits limits) {
        this.limits = limits;
    }

    boolean hasRoomForVersions() {
        return versionedCount < limits.taskCountMax();
    }

    /** Until the history has been read, a promotion may come before the versions of its task, whose place it takes then. */
    boolean hasRoomForPromotions(boolean settled) {
        return settled ? promotedCount < limits.promotedTaskCountMax()
                : versionedCount + promotedCount < limits.taskCountMax() + limits.promotedTaskCountMax();
    }

    void enter(TaskServing task) {
        count(task, 1);
    }

    void leave(TaskServing task) {
        count(task, -1);
    }

    private void count(TaskServing task, int change) {
        if (task.versions().isEmpty()) {
            promotedCount += change;
        } else {
            versionedCount += change;
        }
    }
}
