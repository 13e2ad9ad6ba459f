package io.graft.access;

import java.util.Set;

/** What a client may be allowed to do; every call of both services asks for one of these. */
public final class Role {

    /** To ask for predictions. */
    public static final String PREDICT = "predict";
    /** To say what was right. */
    public static final String FEEDBACK = "feedback";
    /** To choose the version that serves. */
    public static final String PROMOTE = "promote";
    /** To see tasks, versions and runs. */
    public static final String READ = "read";
    /** To send samples, and to begin, end and check trainings. */
    public static final String TRAIN = "train";

    public static final Set<String> ALL = Set.of(PREDICT, FEEDBACK, PROMOTE, READ, TRAIN);

    private Role() {
    }
}
