package io.lucerna.base;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Not for other programs, although Java calls it public: other modules of Lucerna use it. It may
 * change or go with any version. All packages, types and constructors without this mark are the
 * API, and stay compatible within a major version.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.PACKAGE, ElementType.TYPE, ElementType.CONSTRUCTOR})
public @interface Internal {}
